/** What becomes of many games, and how a step tells it: every game is named or counted once. */
import { faultsOfOneGame } from '../backend/create-records.ts';
import { Fault, type FaultCode } from '../base/fault.ts';
import { isInterrupted, stopOf } from '../base/interruptible.ts';
import type { RecordKey } from '../game/record.ts';
import { gameLabel, gamesText, namesOf } from '../game/record-words.ts';
import type { StepOutcome } from './action.ts';

export type GameOutcome =
  | { readonly kind: 'done' }
  /** It was as it should be already. */
  | { readonly kind: 'unchanged' }
  /** It is no longer what the plan saw, and was left alone. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'refused'; readonly why: string }
  /** It was all stopped before anything was written of it. */
  | { readonly kind: 'not-begun' };

/** The same as what throws it. */
export type GameFailure = { readonly kind: 'failed'; readonly fault: Fault };

/** After these the write may have happened all the same. */
const unclearFaults: readonly FaultCode[] = ['backend-unreachable', 'backend-failed', 'interrupted'];

export interface Tally {
  /** Games that were taken in hand. */
  begun: number;
  done: number;
  unchanged: number;
  readonly moved: string[];
  /** With the reason. */
  readonly refused: string[];
  /** Nothing was written of them, and the fault was not theirs. */
  readonly failed: string[];
  /** Whether anything was written of them is not known. */
  readonly unclear: string[];
  stopped: Fault | undefined;
}

/** How the step speaks of its work. */
export interface BulkWords {
  readonly total: number;
  /** What is done to a game, like `written`. */
  readonly done: string;
  /** What to do about those that were left alone. */
  readonly next: string;
}

export const newTally = (): Tally => ({
  ...{ begun: 0, done: 0, unchanged: 0, moved: [], refused: [], failed: [], unclear: [] },
  stopped: undefined,
});

export function note(tally: Tally, game: RecordKey, outcome: GameOutcome): void {
  if (outcome.kind === 'moved') tally.moved.push(gameLabel(game));
  else if (outcome.kind === 'refused') tally.refused.push(`${gameLabel(game)} (${outcome.why})`);
  else if (outcome.kind === 'not-begun') tally.begun--;
  else tally[outcome.kind]++;
}

export function noteFault(tally: Tally, game: RecordKey, fault: Fault): void {
  if (faultsOfOneGame.includes(fault.code)) {
    note(tally, game, { kind: 'refused', why: fault.message });
    return;
  }
  tally[unclearFaults.includes(fault.code) ? 'unclear' : 'failed'].push(gameLabel(game));
  tally.stopped ??= fault;
}

export function outcomeOf(work: BulkWords, tally: Tally, signal: AbortSignal): StepOutcome {
  tally.stopped ??= stopOf(signal);
  const { done, unchanged, moved, unclear, stopped } = tally;
  if (done + unchanged === work.total) {
    const note = [`${gamesText(done)} ${work.done}`, alreadyText(tally)].filter(Boolean).join(', ');
    return done > 0
      ? { kind: 'done', note }
      : { kind: 'unchanged', note: alreadyText(tally) || 'no game to change' };
  }
  const why = stopped?.code ?? (moved.length > 0 ? 'conflict' : 'refused');
  const code = isInterrupted(signal) ? 'interrupted' : done > 0 ? 'partial' : why;
  const fault = new Fault(code, messageOf(work, tally), { next: stopped?.next ?? work.next, cause: stopped });
  return { kind: unclear.length > 0 ? 'unknown' : 'failed', fault };
}

const alreadyText = ({ unchanged }: Tally) => (unchanged > 0 ? `${unchanged} so already` : '');

/** Every game is in one of these. */
function messageOf(work: BulkWords, tally: Tally): string {
  const { begun, done, moved, refused, failed, unclear, stopped } = tally;
  const notBegun = work.total - begun;
  return [
    `${done} of ${gamesText(work.total)} ${work.done}`,
    alreadyText(tally),
    moved.length > 0 ? `changed since the plan and left alone: ${namesOf(moved)}` : '',
    refused.length > 0 ? `refused: ${namesOf(refused)}` : '',
    failed.length > 0 ? `failed: ${namesOf(failed)}` : '',
    unclear.length > 0 ? `not known, the checks look at them once more: ${namesOf(unclear)}` : '',
    notBegun > 0 ? `${notBegun} not begun` : '',
    stopped ? `stopped: ${stopped.message}` : '',
  ]
    .filter(Boolean)
    .join('; ');
}
