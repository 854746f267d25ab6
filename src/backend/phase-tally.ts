import { isPhase } from '../game/phases.ts';
import type { Layout } from '../game/record.ts';
import type { Census } from './port.ts';

/** Counts games by layout and phase. What is no phase of ours counts as `unknown`, so labels stay few. */
export function createPhaseTally() {
  const counts = new Map<string, { layout: Layout; phase: string; count: number }>();
  return {
    add(layout: Layout, phaseText: string | undefined, count = 1): void {
      const phase = phaseText !== undefined && isPhase(phaseText) ? phaseText : 'unknown';
      const key = `${layout} ${phase}`;
      const entry = counts.get(key) ?? { layout, phase, count: 0 };
      entry.count += count;
      counts.set(key, entry);
    },
    list: (): Census['games'] => [...counts.values()],
  };
}
