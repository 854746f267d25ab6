import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantileOf } from '../../../../src/metrics/source/quantile.ts';

const bucket = (upperBound: number, count: number) => ({ upperBound, count });

describe('quantileOf', () => {
  it('interpolates linearly within the bucket that holds the rank', () => {
    const buckets = [bucket(0.1, 50), bucket(0.2, 100), bucket(Infinity, 100)];
    expect(quantileOf(0.75, buckets)).toBeCloseTo(0.15);
  });

  it('takes 0 as the lower edge of the first bucket', () => {
    expect(quantileOf(0.5, [bucket(0.1, 100), bucket(Infinity, 100)])).toBeCloseTo(0.05);
  });

  it('answers with the highest finite bound when the rank lies beyond it', () => {
    expect(quantileOf(0.99, [bucket(1, 10), bucket(10, 20), bucket(Infinity, 100)])).toBe(10);
  });

  it('has no answer without observations', () => {
    expect(quantileOf(0.99, [bucket(1, 0), bucket(Infinity, 0)])).toBeUndefined();
    expect(quantileOf(0.99, [])).toBeUndefined();
  });

  it('does not depend on the order of the buckets', () => {
    expect(quantileOf(0.5, [bucket(Infinity, 4), bucket(2, 4), bucket(1, 2)])).toBe(1);
  });

  it('grows with the quantile and stays within the bucket of the exact answer', () => {
    const bounds = [0.01, 0.1, 1, 10];
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.0001, max: 9.99, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (observed, quantile) => {
          const buckets = [...bounds, Infinity].map((bound) =>
            bucket(bound, observed.filter((seconds) => seconds <= bound).length),
          );
          const sorted = [...observed].sort((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? Number.NaN;
          const upper = bounds.find((bound) => exact <= bound) ?? 10;
          const lower = bounds[bounds.indexOf(upper) - 1] ?? 0;
          const estimate = quantileOf(quantile, buckets) ?? Number.NaN;
          expect(estimate).toBeGreaterThanOrEqual(lower);
          expect(estimate).toBeLessThanOrEqual(upper * (1 + 1e-9));
        },
      ),
    );
  });
});
