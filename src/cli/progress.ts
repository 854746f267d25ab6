/** What a run tells while it goes on: JSON lines for scripts, a moving line on a terminal, else a line a step. */
import type { Writable } from 'node:stream';
import type { RunObserver, StepState } from '../action/action.ts';
import { isStopped } from '../action/outcome-words.ts';
import type { Clock } from '../base/clock.ts';
import type { CleanLine } from '../base/safe-text.ts';
import { formatElapsed, formatValue } from '../base/units.ts';
import type { Output } from './output.ts';

export interface Progress extends RunObserver {
  /** Something long that is no run, like reading an archive. The total may not be known. */
  count(what: string, done: number, total: number | undefined, unit: string): void;
  /** Leaves the line free for what is said next. */
  end(): void;
}

/** What comes faster nobody reads, and to write it would hold up the work. */
const shortestPauseMs = 100;

export function createJsonProgress(output: Pick<Output, 'progress'>, { now }: Pick<Clock, 'now'>): Progress {
  let toldAtMs = 0;
  const isDue = (done: number, total: number | undefined) => {
    if (done !== total && now() - toldAtMs < shortestPauseMs) return false;
    toldAtMs = now();
    return true;
  };
  return {
    started: (runId, steps) => output.progress({ event: 'started', runId, steps }),
    step: (index, state) => output.progress({ event: 'step', index, state }),
    progress(index, done, total, unit) {
      if (isDue(done, total)) output.progress({ event: 'progress', index, done, total, unit });
    },
    verifying: () => output.progress({ event: 'verifying' }),
    count(what, done, total, unit) {
      if (isDue(done, total)) output.progress({ event: 'count', what, done, total, unit });
    },
    end: () => {},
  };
}

interface TextProgressOptions {
  /** The stream is a terminal that can rewrite its line. */
  readonly live: boolean;
  readonly clean: CleanLine;
  readonly clock: Pick<Clock, 'now'>;
}

/** Before that a rate is only noise. */
const paceAfterMs = 2_000;

export function createTextProgress(stderr: Writable, { live, clean, clock }: TextProgressOptions): Progress {
  let names: readonly string[] = [];
  let moving = false;
  let beganAtMs = 0;
  const line = (text: string) => {
    stderr.write(`${moving ? '\r\u001b[K' : ''}${clean(text)}\n`);
    moving = false;
  };
  const move = (text: string) => {
    if (!live) return;
    stderr.write(`\r\u001b[K${clean(text)}`);
    moving = true;
  };
  const amount = (done: number, total: number | undefined, unit: string) =>
    total === undefined ? `${done} ${unit}` : `${done} of ${total} ${unit}`;
  const pace = (done: number, total: number) => {
    const elapsedMs = clock.now() - beganAtMs;
    if (elapsedMs < paceAfterMs || done === 0 || done >= total) return '';
    const leftMs = ((total - done) * elapsedMs) / done;
    return `, ${formatValue((done * 1000) / elapsedMs, 'per-second')}, ${formatElapsed(leftMs)} left`;
  };
  return {
    started(runId, steps) {
      names = steps;
      line(`run ${runId}`);
    },
    step(index, state) {
      const text = `${index + 1}/${names.length} ${names[index] ?? ''}: ${stepWords(state)}`;
      if (state.kind === 'running') {
        beganAtMs = clock.now();
        move(text);
      } else line(text);
    },
    progress: (index, done, total, unit) =>
      move(
        `${index + 1}/${names.length} ${names[index] ?? ''}: ${amount(done, total, unit)}${pace(done, total)}`,
      ),
    verifying: () => move('verifying'),
    count(what, done, total, unit) {
      if (total === undefined || done < total) move(`${what}: ${amount(done, total, unit)}`);
      else if (live) line(`${what}: ${amount(done, total, unit)}`);
    },
    end() {
      if (moving) stderr.write('\r\u001b[K');
      moving = false;
    },
  };
}

export function stepWords(state: StepState): string {
  switch (state.kind) {
    case 'done':
    case 'unchanged':
      return state.note ? `${state.kind}, ${state.note}` : state.kind;
    case 'failed':
      return `${isStopped(state) ? 'stopped' : state.kind}: ${state.fault.message}`;
    case 'unknown':
      return `${state.kind}: ${state.fault.message}`;
    case 'not-run':
      return 'not run';
    default:
      return state.kind;
  }
}
