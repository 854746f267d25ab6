/** The flags of state persistence, as the platform names them. */
export const flagNames = [
  'use_state_persistence',
  'enable_state_snapshots',
  'enable_state_recovery',
] as const;
export type FlagName = (typeof flagNames)[number];

/** Each flag works only while the one it needs is on. */
export const flagNeeds: Readonly<Record<FlagName, FlagName | undefined>> = {
  use_state_persistence: undefined,
  enable_state_snapshots: 'use_state_persistence',
  enable_state_recovery: 'enable_state_snapshots',
};

/** On for at least one game. */
export const isOnForAny = ({ enabled, percentage }: { enabled: boolean; percentage: number }): boolean =>
  enabled && percentage > 0;
