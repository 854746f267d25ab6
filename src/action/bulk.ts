/** A step that works through many games: one that has moved or is refused is named and left alone, the others go on. */
import { asFault, Fault, type FaultCode } from '../base/fault.ts';
import type { RecordKey } from '../game/record.ts';
import { gameLabel, gamesText, namesOf } from '../game/record-words.ts';
import type { StepContext, StepOutcome } from './action.ts';

export type GameOutcome =
  | { readonly kind: 'done' }
  /** It was as it should be already. */
  | { readonly kind: 'unchanged' }
  /** It is no longer what the plan saw, and was left alone. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'refused'; readonly why: string };

interface BulkWork<G extends RecordKey> {
  readonly total: number;
  readonly batches: Iterable<readonly G[]> | AsyncIterable<readonly G[]>;
  /** What is done to a game, like `written`. */
  readonly done: string;
  /** What to do about those that were left alone. */
  readonly next: string;
  /** Games under way at once; as many as is good for storage when left out. */
  readonly parallel?: number;
  one(game: G, signal: AbortSignal): Promise<GameOutcome>;
}

/** Each is one compare-and-replace or two. */
const parallelGames = 32;

/** What one game's record is to blame for; any other fault concerns the games after it too. */
const faultsOfOneGame: readonly FaultCode[] = ['refused', 'game-invalid', 'record-unreadable'];
/** After these the write may have happened all the same. */
const unclearFaults: readonly FaultCode[] = ['backend-unreachable', 'backend-failed', 'interrupted'];

interface Tally {
  done: number;
  unchanged: number;
  readonly moved: string[];
  /** With the reason. */
  readonly refused: string[];
  stopped: Fault | undefined;
}

export async function workThrough<G extends RecordKey>(
  work: BulkWork<G>,
  { signal, progress }: StepContext,
): Promise<StepOutcome> {
  const tally: Tally = { done: 0, unchanged: 0, moved: [], refused: [], stopped: undefined };
  const { parallel = parallelGames } = work;
  let seen = 0;
  const take = async (game: G) => {
    try {
      note(tally, game, await work.one(game, signal));
    } catch (thrown) {
      const fault = asFault(thrown);
      if (faultsOfOneGame.includes(fault.code)) note(tally, game, { kind: 'refused', why: fault.message });
      else tally.stopped ??= fault;
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
  return outcomeOf(work, tally);
}

function note(tally: Tally, game: RecordKey, outcome: GameOutcome): void {
  if (outcome.kind === 'moved') tally.moved.push(gameLabel(game));
  else if (outcome.kind === 'refused') tally.refused.push(`${gameLabel(game)} (${outcome.why})`);
  else tally[outcome.kind]++;
}

function outcomeOf(work: Pick<BulkWork<RecordKey>, 'total' | 'done' | 'next'>, tally: Tally): StepOutcome {
  const { done, unchanged, moved, refused, stopped } = tally;
  const already = unchanged > 0 ? `${unchanged} so already` : '';
  if (done + unchanged === work.total) {
    const note = [`${gamesText(done)} ${work.done}`, already].filter(Boolean).join(', ');
    return done > 0 ? { kind: 'done', note } : { kind: 'unchanged', note: already || 'no game to change' };
  }
  const message = [
    `${done} of ${gamesText(work.total)} ${work.done}`,
    already,
    moved.length > 0 ? `changed since the plan and left alone: ${namesOf(moved)}` : '',
    refused.length > 0 ? `refused: ${namesOf(refused)}` : '',
    stopped ? `stopped: ${stopped.message}` : '',
  ];
  const code = done > 0 ? 'partial' : (stopped?.code ?? (moved.length > 0 ? 'conflict' : 'refused'));
  const fault = new Fault(code, message.filter(Boolean).join('; '), {
    next: stopped?.next ?? work.next,
    cause: stopped,
  });
  return { kind: stopped && unclearFaults.includes(stopped.code) ? 'unknown' : 'failed', fault };
}
