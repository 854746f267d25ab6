/** The newest figures there are, and how old: a failed read keeps the old ones, marked, never passed off as fresh. */
import { Fault } from '../src/base/fault.ts';
import type { Feed, FeedState } from '../src/base/feed.ts';
import { formatAge } from '../src/base/units.ts';
import type { Readings } from '../src/metrics/source.ts';
import type { Status } from '../src/status/status.ts';

export interface Age {
  /** `2 s`, `stale 14 s`, empty when there is nothing to be old. */
  readonly text: string;
  readonly stale: boolean;
}

export const noAge: Age = { text: '', stale: false };

/** Data is stale once its read failed, or once it is three reads old: then reading hangs. */
export function ageOf(atMs: number, nowMs: number, { failed, intervalMs }: AgeBasis): Age {
  const ageMs = Math.max(0, nowMs - atMs);
  const stale = failed || ageMs > Math.max(10_000, 3 * intervalMs);
  return { text: stale ? `stale ${formatAge(ageMs)}` : formatAge(ageMs), stale };
}

interface AgeBasis {
  readonly failed: boolean;
  readonly intervalMs: number;
}

export const feedAge = <T>(state: FeedState<T>, intervalMs: number, nowMs: number): Age =>
  state.last ? ageOf(state.last.atMs, nowMs, { failed: state.latest?.kind !== 'value', intervalMs }) : noAge;

/** Why a feed shows nothing, or nothing new; undefined when its last read was good. */
export function feedProblem<T>({ latest }: FeedState<T>): string | undefined {
  if (!latest) return 'first reading under way';
  return latest.kind === 'failed' ? latest.fault.message : undefined;
}

export interface Figures {
  /** The newest that could be read, maybe long ago. */
  readonly readings: Readings | undefined;
  /** Why there are none, or none newer; undefined when they are from the last read. */
  readonly problem: string | undefined;
}

/** Remembers readings across screens. */
export interface Memory {
  figures(state: FeedState<Status>): Figures;
}

export function createMemory(feed: Feed<Status>): Memory {
  let readings: Readings | undefined;
  const remember = (state: FeedState<Status>): Figures => {
    const newest = state.last?.value.readings;
    if (newest !== undefined && !(newest instanceof Fault)) readings = newest;
    return {
      readings,
      problem: feedProblem(state) ?? (newest instanceof Fault ? newest.message : undefined),
    };
  };
  remember(feed.state());
  return { figures: remember };
}
