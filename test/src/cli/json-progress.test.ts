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
