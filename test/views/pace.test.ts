import { expect, test } from 'vitest';
import { progressText, sparingly } from '../../views/pace.ts';

const first = { atMs: 0, done: 10 };
const games = (done: number, total?: number) => ({ done, total, unit: 'games' });

test('what was done, of how much, and what share', () => {
  expect(progressText(games(50, 100), undefined, 0)).toBe('50 of 100 games  50 %');
  expect(progressText({ done: 1_500_000, total: 6_000_000, unit: 'bytes' }, undefined, 0)).toBe(
    '1.4 MiB of 5.7 MiB  25 %',
  );
  expect(progressText(games(50, 0), undefined, 0)).toBe('50 of 0 games');
});

test('a pace is told once there is one, with the time that is left', () => {
  expect(progressText(games(50, 100), first, 1000)).toBe('50 of 100 games  50 %');
  expect(progressText(games(10, 100), first, 10_000)).toBe('10 of 100 games  10 %');
  expect(progressText(games(50, 100), first, 10_000)).toBe('50 of 100 games  50 %  4/s, 12.5 s left');
  expect(progressText(games(100, 100), first, 10_000)).toBe('100 of 100 games  100 %  9/s');
});

test('the pace of bytes is in bytes', () => {
  const progress = { done: 4 * 1_048_576, total: 8 * 1_048_576, unit: 'bytes' };
  expect(progressText(progress, { atMs: 0, done: 0 }, 4_000)).toMatch(/ {2}1 MiB\/s, 4 s left$/);
});

test('without a total there is no share and no end', () => {
  expect(progressText(games(50), first, 10_000)).toBe('50 games  4/s');
});

test('what comes too soon is dropped, but never the end', () => {
  const told: number[] = [];
  let nowMs = 0;
  const tell = sparingly({ now: () => nowMs }, ({ done }) => told.push(done));
  tell(games(1, 100));
  nowMs = 100;
  tell(games(2, 100));
  nowMs = 250;
  tell(games(3, 100));
  tell(games(100, 100));
  nowMs = -60_000;
  tell(games(4, 100));
  expect(told).toEqual([1, 3, 100, 4]);
});
