/** What a run tells while it goes on: JSON lines for scripts, a moving line on a terminal, else a line a step. */
import type { Writable } from 'node:stream';
import type { Reading, RunObserver, StepState } from '../action/action.ts';
import { isStopped } from '../action/outcome-words.ts';
import type { Clock } from '../base/clock.ts';
import type { CleanLine } from '../base/safe-text.ts';
import { formatBytes, formatElapsed, formatValue } from '../base/units.ts';
import type { Output } from './output.ts';
import { createRate, type Rate } from './rate.ts';

export interface Progress extends RunObserver {
  /** Something long that is no run, like reading an archive, or planning. */
  readonly count: Reading;
  /** Leaves the line free for what is said next. */
  end(): void;
}

/** What comes faster nobody reads, and to write it would hold up the work. */
const shortestPauseMs = 100;

export function createJsonProgress(output: Pick<Output, 'progress'>, clock: Pick<Clock, 'now'>): Progress {
  const { now } = clock;
  const rate = createRate(clock);
  let toldAtMs = 0;
  const isDue = (done: number, total: number | undefined) => {
    if (done !== total && now() - toldAtMs < shortestPauseMs) return false;
    toldAtMs = now();
    return true;
  };
  return {
    started: (runId, steps) => output.progress({ event: 'started', runId, steps }),
    step(index, state) {
      if (state.kind === 'running') rate.begin(stepWork(index));
      output.progress({ event: 'step', index, state });
    },
    progress(index, done, total, unit) {
      const pace = rate.of(stepWork(index), done, total);
      if (isDue(done, total)) output.progress({ event: 'progress', index, done, total, unit, ...pace });
    },
    verifying: () => output.progress({ event: 'verifying' }),
    count(what, done, total, unit) {
      const pace = rate.of(what, done, total);
      if (isDue(done, total)) output.progress({ event: 'count', what, done, total, unit, ...pace });
    },
    end: () => {},
  };
}

const stepWork = (index: number) => `step ${index}`;

interface TextProgressOptions {
  /** The stream is a terminal that can rewrite its line. */
  readonly live: boolean;
  readonly clean: CleanLine;
  readonly clock: Pick<Clock, 'now'>;
}

export function createTextProgress(stderr: Writable, { live, clean, clock }: TextProgressOptions): Progress {
  let names: readonly string[] = [];
  let moving = false;
  const rate = createRate(clock);
  const line = (text: string) => {
    stderr.write(`${moving ? '\r\u001b[K' : ''}${clean(text)}\n`);
    moving = false;
  };
  const move = (text: string) => {
    if (!live) return;
    stderr.write(`\r\u001b[K${clean(text)}`);
    moving = true;
  };
  return {
    started(runId, steps) {
      names = steps;
      line(`run ${runId}`);
    },
    step(index, state) {
      const text = `${index + 1}/${names.length} ${names[index] ?? ''}: ${stepWords(state)}`;
      if (state.kind === 'running') {
        rate.begin(stepWork(index));
        move(text);
      } else line(text);
    },
    progress: (index, done, total, unit) =>
      move(
        `${index + 1}/${names.length} ${names[index] ?? ''}: ${amountText(done, total, unit, rate.of(stepWork(index), done, total))}`,
      ),
    verifying: () => move('verifying'),
    count(what, done, total, unit) {
      const text = `${what}: ${amountText(done, total, unit, rate.of(what, done, total))}`;
      if (total === undefined || done < total) move(text);
      else if (live) line(text);
    },
    end() {
      if (moving) stderr.write('\r\u001b[K');
      moving = false;
    },
  };
}

/** `100 of 400 games, 10/s, 30 s left`; once all is done, how fast it was is past. */
function amountText(done: number, total: number | undefined, unit: string, { perSecond, etaMs }: Rate) {
  const isBytes = unit === 'bytes';
  const counted = (count: number) => (isBytes ? formatBytes(count) : String(count));
  const of = total === undefined ? '' : ` of ${counted(total)}`;
  const amount = `${counted(done)}${of}${isBytes ? '' : ` ${unit}`}`;
  if (perSecond === undefined || etaMs === 0) return amount;
  const speed = isBytes ? `${formatBytes(perSecond)}/s` : formatValue(perSecond, 'per-second');
  return [amount, speed, ...(etaMs === undefined ? [] : [`${formatElapsed(etaMs)} left`])].join(', ');
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
