import { expect, test } from 'vitest';
import { createJsonProgress } from '../../../src/cli/progress.ts';

test('progress is told ten times a second at most, its end and the steps always', () => {
  const told: object[] = [];
  let nowMs = 1_000;
  const output = { progress: (event: object) => void told.push(event) };
  const progress = createJsonProgress(output, { now: () => nowMs });
  for (let done = 1; done <= 1_000; done++) {
    nowMs += 1;
    progress.progress(0, done, 1_000, 'games');
  }
  progress.step(0, { kind: 'done' });
  expect(told.length).toBeGreaterThanOrEqual(10);
  expect(told.length).toBeLessThanOrEqual(13);
  expect(told.at(-2)).toMatchObject({ event: 'progress', done: 1_000 });
  expect(told.at(-1)).toMatchObject({ event: 'step', index: 0 });
});

test('progress has its rate and how long it will take, of a step as of a plan', () => {
  const told: object[] = [];
  let nowMs = 1_000;
  const output = { progress: (event: object) => void told.push(event) };
  const progress = createJsonProgress(output, { now: () => nowMs });
  progress.count('Comparing', 200, 1_000, 'games');
  nowMs += 4_000;
  progress.count('Comparing', 400, 1_000, 'games');
  progress.step(0, { kind: 'running' });
  nowMs += 10_000;
  progress.progress(0, 50, 150, 'games');
  nowMs += 10_000;
  progress.count('Looking', 7, undefined, 'games');
  expect(told).toEqual([
    { event: 'count', what: 'Comparing', done: 200, total: 1_000, unit: 'games' },
    {
      event: 'count',
      what: 'Comparing',
      done: 400,
      total: 1_000,
      unit: 'games',
      perSecond: 100,
      etaMs: 6_000,
    },
    { event: 'step', index: 0, state: { kind: 'running' } },
    { event: 'progress', index: 0, done: 50, total: 150, unit: 'games', perSecond: 5, etaMs: 20_000 },
    { event: 'count', what: 'Looking', done: 7, total: undefined, unit: 'games' },
  ]);
});
