import {
  type MetricSource,
  type Reading,
  type Readings,
  type SignalId,
  signals,
} from '../../src/metrics/source.ts';

export type Figures = Partial<Record<SignalId, number>>;

/** Readings with these figures; every other signal has none. */
export function readingsOf(figures: Figures, atMs: number): Readings {
  const reading = (id: SignalId): Reading => {
    const value = figures[id];
    return value === undefined ? { kind: 'none', why: 'no traffic' } : { kind: 'value', value };
  };
  return {
    atMs,
    windowMs: 60_000,
    // One entry for each signal, as the type asks.
    signals: Object.fromEntries(
      Object.keys(signals).map((id) => [id, reading(id as SignalId)]),
    ) as Readings['signals'],
    targets: [{ target: 'one' }],
  };
}

/** A source that answers what `next` returns, or throws what it throws. */
export function fakeMetrics(next: (signal?: AbortSignal) => Readings | Promise<Readings>): MetricSource {
  return { name: 'fake', read: async (signal) => next(signal), history: () => [] };
}
