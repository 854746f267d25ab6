/** A step that works through many games: one that has moved or is refused is named and left alone, the others go on. */
import { asFault } from '../base/fault.ts';
import type { RecordKey } from '../game/record.ts';
import type { StepContext, StepOutcome } from './action.ts';
import {
  type BulkWords,
  type GameFailure,
  type GameOutcome,
  newTally,
  note,
  noteFault,
  outcomeOf,
} from './bulk-tally.ts';

export type { GameFailure, GameOutcome } from './bulk-tally.ts';

type Batches<G> = Iterable<readonly G[]> | AsyncIterable<readonly G[]>;

interface BulkWork<G extends RecordKey> extends BulkWords {
  readonly batches: Batches<G>;
  /** Games under way at once; as many as is good for storage when left out. */
  readonly parallel?: number;
  one(game: G, signal: AbortSignal): Promise<GameOutcome>;
}

interface BatchWork<G extends RecordKey> extends BulkWords {
  readonly batches: Batches<G>;
  /** One outcome each, in their order. */
  all(games: readonly G[], signal: AbortSignal): Promise<readonly (GameOutcome | GameFailure)[]>;
}

/** Each is one compare-and-replace or two. */
const parallelGames = 32;
/** So that storage is at work while the next is made ready. */
const parallelBatches = 3;

export async function workThrough<G extends RecordKey>(
  work: BulkWork<G>,
  { signal, progress }: StepContext,
): Promise<StepOutcome> {
  const tally = newTally();
  const { parallel = parallelGames } = work;
  let seen = 0;
  const take = async (game: G) => {
    tally.begun++;
    try {
      note(tally, game, await work.one(game, signal));
    } catch (thrown) {
      noteFault(tally, game, asFault(thrown));
    }
    progress(++seen, work.total, 'games');
  };
  try {
    for await (const batch of work.batches) {
      for (let at = 0; at < batch.length && !tally.stopped; at += parallel) {
        signal.throwIfAborted();
        await Promise.all(batch.slice(at, at + parallel).map(take));
      }
      if (tally.stopped) break;
    }
  } catch (thrown) {
    tally.stopped ??= asFault(thrown);
  }
  return outcomeOf(work, tally, signal);
}

const notBegun: GameOutcome = { kind: 'not-begun' };

/** The same where storage takes many games in one call. */
export async function workThroughBatches<G extends RecordKey>(
  work: BatchWork<G>,
  { signal, progress }: StepContext,
): Promise<StepOutcome> {
  const tally = newTally();
  const underWay = new Set<Promise<void>>();
  let seen = 0;
  const take = async (games: readonly G[]) => {
    tally.begun += games.length;
    try {
      const outcomes = await work.all(games, signal);
      for (const [at, game] of games.entries()) {
        const outcome = outcomes[at] ?? notBegun;
        if (outcome.kind === 'failed') noteFault(tally, game, outcome.fault);
        else note(tally, game, outcome);
      }
    } catch (thrown) {
      for (const game of games) noteFault(tally, game, asFault(thrown));
    }
    seen += games.length;
    progress(seen, work.total, 'games');
  };
  try {
    for await (const batch of work.batches) {
      if (tally.stopped) break;
      signal.throwIfAborted();
      if (batch.length === 0) continue;
      const taking = take(batch).finally(() => underWay.delete(taking));
      underWay.add(taking);
      if (underWay.size >= parallelBatches) await Promise.race(underWay);
    }
  } catch (thrown) {
    tally.stopped ??= asFault(thrown);
  }
  await Promise.all(underWay);
  return outcomeOf(work, tally, signal);
}
