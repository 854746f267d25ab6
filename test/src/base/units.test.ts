import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatBytes,
  formatDuration,
  formatElapsed,
  formatValue,
  type Unit,
  units,
} from '../../../src/base/units.ts';

describe('a value with its unit', () => {
  it.each<[number, Unit, string]>([
    [0.241, 'ratio', '24.1 %'],
    [0.2, 'ratio', '20 %'],
    [0.05, 'ratio', '5 %'],
    [0.0005, 'ratio', '0.05 %'],
    [0, 'ratio', '0 %'],
    [0.000001, 'ratio', '<0.01 %'],
    [1, 'ratio', '100 %'],
    [0.9997, 'ratio', '>99.9 %'],
    [0.038, 'seconds', '38 ms'],
    [0.00025, 'seconds', '0.25 ms'],
    [1.23, 'seconds', '1.2 s'],
    [250, 'seconds', '4 min 10 s'],
    [13.44, 'per-second', '13.4/s'],
    [999.96, 'per-second', '1,000/s'],
    [12_345, 'per-second', '12.3k/s'],
    [2_500_000, 'per-second', '2.5M/s'],
    [0.0001, 'per-second', '<0.01/s'],
    [2, 'per-minute', '2/min'],
    [2_200_000, 'bytes', '2.1 MiB'],
    [1204, 'games', '1,204'],
    [0, 'games', '0'],
    [-0, 'games', '0'],
    [3, 'servers', '3'],
  ])('%f %s reads %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  it.each([undefined, Number.NaN, Number.POSITIVE_INFINITY])('%s is no data in every unit', (value) => {
    for (const unit of units) expect(formatValue(value, unit)).toBe('no data');
  });

  it('never reads as zero unless it is zero', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(...units),
        (value, unit) => {
          fc.pre(value !== 0);
          expect(formatValue(value, unit)).not.toMatch(/^-?0(?![.\d])/);
        },
      ),
    );
  });

  it('never shows more than four digits of a measurement', () => {
    const measured = fc.constantFrom<Unit>('per-second', 'bytes', 'ratio');
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 90, noNaN: true }), measured, (value, unit) => {
        expect(formatValue(value, unit).replace(/\D/g, '').length).toBeLessThanOrEqual(4);
      }),
    );
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 ms'],
    [999.7, '1 s'],
    [59_970, '1 min'],
    [59_400, '59.4 s'],
    [60_000, '1 min'],
    [3_599_800, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_399_000, '1 d'],
    [273_600_000, '3 d 4 h'],
    [-1500, '-1.5 s'],
    [Number.NaN, 'no data'],
  ])('of %d ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('an age', () => {
  it.each([
    [0, '<1 s'],
    [999, '<1 s'],
    [1999, '1 s'],
    [119_999, '119 s'],
    [120_000, '2 min'],
    [7_199_000, '119 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 d'],
    [-5000, '-5 s'],
    [Number.NaN, 'no data'],
  ])('of %d ms reads %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1,023 B'],
    [1024, '1 KiB'],
    [1024 ** 2 - 1, '1 MiB'],
    [5.25 * 1024 ** 3, '5.3 GiB'],
    [-2048, '-2 KiB'],
    [Number.POSITIVE_INFINITY, 'no data'],
  ])('%d reads %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('how long something has lasted', () => {
  it.each([
    [0, '<1 s'],
    [999, '<1 s'],
    [15_900, '15 s'],
    [250_400, '4 min 10 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatElapsed(ms)).toBe(text);
  });
});
