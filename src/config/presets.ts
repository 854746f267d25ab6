/** Sets of defaults for a purpose; `STATE_PRESET` names one. What a preset leaves out keeps its default. */
import type { Layer } from './given.ts';
import { isVariable, type VariableName } from './schema.ts';

export type PresetName = 'high_reliability' | 'high_performance' | 'cost_optimized';

export const presets: Readonly<Record<PresetName, Readonly<Partial<Record<VariableName, string>>>>> = {
  high_reliability: {
    STATE_STRATEGY: 'hybrid',
    STATE_SNAPSHOT_INTERVAL: '120',
    STATE_SNAPSHOTS_KEPT: '10',
  },
  high_performance: {
    STATE_STRATEGY: 'snapshot-only',
    STATE_SNAPSHOT_INTERVAL: '600',
    STATE_SNAPSHOTS_KEPT: '3',
    STATE_CACHE_SIZE: '1000',
  },
  cost_optimized: {
    STATE_STRATEGY: 'event-sourced',
    STATE_SNAPSHOT_INTERVAL: '1800',
    STATE_SNAPSHOTS_KEPT: '2',
    STATE_COMPRESSION: 'true',
    COMPLETED_GAME_RETENTION_HOURS: '12',
  },
};

/** Every variable that some preset sets, in the order of the presets. */
export const presetVariables: readonly VariableName[] = [
  ...new Set(Object.values(presets).flatMap((values) => Object.keys(values).filter(isVariable))),
];

export function presetLayer(name: PresetName): Layer {
  const source = { kind: 'preset', name } as const;
  return Object.fromEntries(Object.entries(presets[name]).map(([key, text]) => [key, { text, source }]));
}
