/** Looks at every game of a time window, and decides for each whether and how it is recovered. */
import type { Reading } from '../action/action.ts';
import { counted } from '../action/counted.ts';
import type { Change } from '../action/plan.ts';
import type { RecordRead } from '../backend/port.ts';
import { asFault } from '../base/fault.ts';
import type { RecoveryMode } from '../engine/recovery-mode.ts';
import type { RecordKey } from '../game/record.ts';
import { namesOf } from '../game/record-words.ts';
import type { Holders } from '../platform/held-games.ts';
import { type EvictionChoice, holdersOf, planEvictions } from './evictions.ts';
import type { PlannedWrite } from './game-write.ts';
import { inTurns } from './in-turns.ts';
import { type OlderDamage, olderDamage } from './older-damage.ts';
import { readAllGames } from './reading.ts';
import type { RecoverParts } from './recover.ts';
import { planRecovery, recoveryChange } from './recover-plan.ts';
import { rowOf } from './rows.ts';
import { takeInHand } from './stored-game.ts';

/** Goes through one game after the other, and not through those that a server holds unless they may be evicted. */
export interface BulkInput extends EvictionChoice {
  /** Games that changed within this time before now. */
  readonly sinceMs: number;
  /** Games under way at once. */
  readonly parallel: number;
  readonly mode: RecoveryMode;
  readonly reason?: string | undefined;
}

/** What becomes of one game. */
type Fate =
  | { readonly kind: 'healthy'; readonly id: string; readonly older: OlderDamage | undefined }
  | { readonly kind: 'write'; readonly write: PlannedWrite; readonly change: Change }
  | { readonly kind: 'left'; readonly id: string; readonly why: string }
  /** In the legacy layout, where nothing can be proved, and without a problem. */
  | { readonly kind: 'legacy' };

export interface Fates {
  /** Their newest state is proved. */
  readonly healthy: readonly { readonly id: string; readonly older: OlderDamage | undefined }[];
  readonly writes: readonly { readonly write: PlannedWrite; readonly change: Change }[];
  /** Games that need recovering and are not, by name and reason. */
  readonly left: readonly { readonly id: string; readonly why: string }[];
  /** How many are in the legacy layout without a problem: nothing proves them, and nothing is to be done. */
  readonly legacy: number;
  /** Of the games that are written. */
  readonly holders: Holders | undefined;
}

export async function decideFates(
  parts: RecoverParts,
  input: BulkInput,
  reading: Reading = () => {},
  signal?: AbortSignal,
): Promise<Fates> {
  const sinceAtMs = parts.clock.now() - input.sinceMs;
  const fates: Fate[] = [];
  for await (const batch of counted('Looking at games', readAllGames(parts.backend, signal), reading)) {
    fates.push(...(await inTurns(batch, ({ key, read }) => fateOf(parts, input, sinceAtMs, key, read))));
  }
  const writes = fates.filter((fate) => fate.kind === 'write');
  const holders = await holdersOf(
    parts.admin,
    writes.map(({ write }) => write.id),
    signal,
  );
  const kept = writes.map((fate) => ({ fate, why: whyHeld(holders, fate.write.id, input) }));
  return {
    healthy: fates.filter((fate) => fate.kind === 'healthy'),
    writes: kept.flatMap(({ fate, why }) => (why === undefined ? [fate] : [])),
    left: [
      ...fates.flatMap((fate) => (fate.kind === 'left' ? [fate] : [])),
      ...kept.flatMap(({ fate, why }) => (why === undefined ? [] : [{ id: fate.write.id, why }])),
    ],
    legacy: fates.filter(({ kind }) => kind === 'legacy').length,
    holders:
      holders && onlyOf(holders, new Set(kept.flatMap(({ fate, why }) => (why ? [] : [fate.write.id])))),
  };
}

function fateOf(
  parts: RecoverParts,
  { mode, reason }: BulkInput,
  sinceAtMs: number,
  key: RecordKey,
  read: RecordRead,
): Fate[] {
  const row = rowOf(key, read, false, { decoder: parts.codec, depth: 'head' });
  // A game that does not say when it changed may have changed just now.
  if (!row || (row.updatedAtMs !== undefined && row.updatedAtMs < sinceAtMs)) return [];
  const left = (why: string): Fate[] => [{ kind: 'left', id: key.id, why }];
  if (read.kind === 'unreadable') return left(read.fault.message);
  if (read.kind === 'absent') return [];
  if (key.layout === 'legacy') {
    return row.problems.length === 0
      ? [{ kind: 'legacy' }]
      : left('it is in the legacy layout, which nothing can be rebuilt from');
  }
  try {
    const recovery = planRecovery(takeInHand(read.record, parts.codec), mode, reason, parts, parts.codec);
    if (recovery.kind === 'failed') return left(namesOf(recovery.problems));
    if (recovery.kind === 'unchanged') {
      return [{ kind: 'healthy', id: key.id, older: olderDamage(read.record, parts.codec) }];
    }
    return [{ kind: 'write', write: recovery.write, change: recoveryChange(recovery) }];
  } catch (thrown) {
    return left(asFault(thrown).message);
  }
}

/** undefined for a game that may be written. */
function whyHeld(holders: Holders | undefined, id: string, choice: EvictionChoice): string | undefined {
  if (!holders) return undefined;
  try {
    planEvictions(onlyOf(holders, new Set([id])), choice);
    return undefined;
  } catch (thrown) {
    return asFault(thrown).message;
  }
}

const onlyOf = (holders: Holders, ids: ReadonlySet<string>): Holders => ({
  ...holders,
  of: new Map([...holders.of].filter(([id]) => ids.has(id))),
  holds: holders.holds.filter(({ id }) => ids.has(id)),
});
