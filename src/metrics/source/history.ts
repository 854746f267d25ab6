import { type Point, type Reading, type SignalId, signals } from '../source.ts';

/** The points of every signal, bounded. */
export interface History {
  /** A reading without a value leaves a gap; no readings at all leave one in every signal. */
  record(atMs: number, readings?: Readonly<Record<SignalId, Reading>>): void;
  /** Oldest first. What was handed out is never changed afterwards. */
  points(id: SignalId): readonly Point[];
}

// `signals` has these keys and no other.
const signalIds = Object.keys(signals) as SignalId[];

export function createHistory(maxPoints: number): History {
  const kept = new Map(signalIds.map((id) => [id, [] as Point[]]));

  return {
    record(atMs, readings) {
      for (const [id, points] of kept) {
        const reading = readings?.[id];
        points.push({ atMs, value: reading?.kind === 'value' ? reading.value : undefined });
        if (points.length > maxPoints) points.shift();
      }
    },
    points: (id) => kept.get(id)?.slice() ?? [],
  };
}
