import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../../src/metrics/source/exposition.ts';
import { advance, increasesOf, intervalBetween } from '../../../../src/metrics/source/window.ts';

const sample = (value: number, series = 'a'): Sample => ({
  name: 'hits_total',
  labels: { series },
  key: `hits_total{${series}}`,
  value,
});
const scrape = (atMs: number, ...samples: Sample[]) => ({ round: 0, atMs, samples });
const values = (samples: readonly Sample[]) => samples.map(({ value }) => value);

describe('intervalBetween', () => {
  it('holds how much each series rose', () => {
    const interval = intervalBetween(
      scrape(0, sample(5), sample(1, 'b')),
      scrape(10, sample(9), sample(1, 'b')),
    );
    expect(interval).toEqual({ fromMs: 0, toMs: 10, increases: [sample(4)] });
  });

  it('counts from 0 after a reset, for each series by itself', () => {
    const before = scrape(0, sample(100), sample(10, 'b'));
    expect(values(intervalBetween(before, scrape(10, sample(3), sample(12, 'b'))).increases)).toEqual([3, 2]);
  });

  it('counts a series that is born between the scrapes from 0', () => {
    expect(values(intervalBetween(scrape(0), scrape(10, sample(2))).increases)).toEqual([2]);
  });

  it('leaves out a series without a number', () => {
    expect(intervalBetween(scrape(0, sample(1)), scrape(10, sample(Number.NaN))).increases).toEqual([]);
  });
});

describe('advance', () => {
  const run = (...scrapes: ReturnType<typeof scrape>[]) =>
    scrapes.reduce<ReturnType<typeof advance> | undefined>(
      (window, next) => advance(window, next, 60),
      undefined,
    );

  it('covers nothing before the second scrape', () => {
    expect(run(scrape(0, sample(7)))?.coveredMs).toBe(0);
  });

  it('drops what is older than the window', () => {
    const window = run(
      scrape(0, sample(0)),
      scrape(30, sample(1)),
      scrape(60, sample(3)),
      scrape(90, sample(7)),
    );
    expect(window?.coveredMs).toBe(60);
    expect(window && values(increasesOf(window, 'hits_total'))).toEqual([2, 4]);
  });

  it('reaches back to the sample that fills the window', () => {
    const samples = [0, 25, 50, 75, 100].map((atMs) => scrape(atMs, sample(atMs)));
    expect(run(...samples)).toMatchObject({ coveredMs: 75 });
  });

  it('claims nothing about a gap longer than the window', () => {
    const window = run(scrape(0, sample(0)), scrape(61, sample(100)));
    expect(window).toMatchObject({ coveredMs: 0, intervals: [] });
  });

  it('leaves out a scrape that was asked for before the latest one', () => {
    const late = { ...scrape(40, sample(100)), round: 1 };
    const window = run(scrape(0, sample(90)), { ...scrape(30, sample(110)), round: 2 }, late);
    expect(window && values(increasesOf(window, 'hits_total'))).toEqual([20]);
    expect(window?.latest.atMs).toBe(30);
  });

  it('starts afresh when the clock is set back', () => {
    const window = run(scrape(1000, sample(0)), scrape(1030, sample(5)), scrape(10, sample(6)));
    expect(window).toMatchObject({ coveredMs: 0, intervals: [], latest: { atMs: 10 } });
  });

  it('stays bounded however long it runs', () => {
    const scrapes = Array.from({ length: 1000 }, (_, second) => scrape(second, sample(second)));
    expect(run(...scrapes)?.intervals.length).toBe(60);
  });
});
