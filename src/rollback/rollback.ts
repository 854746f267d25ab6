import type { Action, Check } from '../action/action.ts';
import type { Clock } from '../base/clock.ts';
import type { FlagStore } from '../flags/store.ts';
import type { MetricSource } from '../metrics/source.ts';
import type { PlatformClient } from '../platform/client.ts';
import type { RollbackDetail } from './detail.ts';
import { draftRollback } from './draft.ts';
import { checkFlags } from './flags-check.ts';
import { checkHealth } from './health-check.ts';
import { flagsDigest } from './off.ts';
import type { Patience } from './poll.ts';
import { readBackStep, writeStep } from './steps.ts';
import { checkWrites, writesNotChecked } from './writes-check.ts';

export interface RollbackParts {
  readonly flags: FlagStore;
  readonly platform: Pick<PlatformClient, 'health' | 'rooms'>;
  /**
   * Its window must be short (some seconds): writes have stopped once a whole window after the change shows none.
   * undefined: that stays inconclusive.
   */
  readonly metrics: MetricSource | undefined;
  readonly clock: Clock;
  readonly settings?: Partial<RollbackSettings>;
}

export interface RollbackSettings {
  /** How long servers may take to show the new flags. */
  readonly readBack: Patience;
  readonly health: Patience;
  /** Healthy answers in a row that each server must give after the change. */
  readonly healthyInARow: number;
  readonly writes: Patience;
}

const defaults: RollbackSettings = {
  readBack: { intervalMs: 500, limitMs: 15_000 },
  health: { intervalMs: 1_000, limitMs: 20_000 },
  healthyInARow: 3,
  writes: { intervalMs: 1_000, limitMs: 30_000 },
};

/** Turns all three flags off on every server. Games go on in the servers' memory. */
export function rollbackAction(parts: RollbackParts): Action<{ reason: string }, RollbackDetail> {
  const { flags, platform, metrics, clock } = parts;
  const settings = { ...defaults, ...parts.settings };
  return {
    name: 'rollback run',
    effect: 'target',
    draft: ({ reason }, _reading, signal) => draftRollback(parts, reason, signal),
    basis: async (_detail, signal) => flagsDigest(await flags.read(signal)),
    lockKey: () => 'flags',
    steps: ({ detail }) => [writeStep(flags, detail), readBackStep(flags, detail, clock, settings.readBack)],
    verify: ({ detail }, _progressed, signal) =>
      verify(detail, { flags, platform, metrics, clock }, settings, signal),
  };
}

async function verify(
  detail: RollbackDetail,
  { flags, platform, metrics, clock }: RollbackParts,
  settings: RollbackSettings,
  signal?: AbortSignal,
): Promise<readonly Check[]> {
  const seen = await checkFlags(detail, flags, signal);
  const offEverywhere = seen.every(({ kind }) => kind !== 'fail');
  const [health, writes] = await Promise.all([
    checkHealth(detail, platform, clock, settings, signal),
    offEverywhere
      ? checkWrites(detail, metrics, platform, clock, settings.writes, signal)
      : writesNotChecked('flags are still on'),
  ]);
  // Read once more, so that it holds at the end of the run.
  return [...(await checkFlags(detail, flags, signal)), ...health, writes];
}
