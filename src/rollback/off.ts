/** What "off" means for the three flags, and how one server's flags are told. */
import { digestOf } from '../base/digest.ts';
import type { FleetFlags } from '../flags/store.ts';
import type { FlagName } from '../platform/flags.ts';
import type { BulkUpdate, Flags, FlagValue } from '../platform/schemas.ts';

export type ServerFlags = FleetFlags['servers'][number];

/** What needs a flag goes off before it: no server is ever seen taking snapshots of what it does not persist. */
export const offOrder = [
  'enable_state_recovery',
  'enable_state_snapshots',
  'use_state_persistence',
] as const satisfies readonly FlagName[];

export const allOff: BulkUpdate = offOrder.map((name) => ({ name, enabled: false }));

export const flagsStillOn = (flags: Flags): readonly FlagName[] =>
  offOrder.filter((flag) => flags[flag].enabled);

export const flagText = ({ enabled, percentage }: FlagValue): string =>
  enabled ? `on ${percentage} %` : 'off';

/** One digest over every server's flags. A server that cannot be read counts as that, whatever the reason. */
export function flagsDigest({ servers }: FleetFlags): string {
  const rows = servers.map((row) => ({ server: row.server, flags: 'flags' in row ? row.flags : 'unread' }));
  return digestOf(rows.sort((a, b) => (a.server < b.server ? -1 : 1)));
}
