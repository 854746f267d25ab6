import { expect, test } from 'vitest';
import { createTicker } from '../../views/hook/ticker.ts';
import { handClock, startMs } from '../setup/console-ports.ts';

function beatenTicker() {
  const clock = handClock();
  const beats = new Set<() => void>();
  const ticker = createTicker(clock, {
    subscribe(beaten) {
      beats.add(beaten);
      return () => beats.delete(beaten);
    },
  });
  const ticks: number[] = [];
  const leave = ticker.subscribe(() => ticks.push(ticker.now() - startMs));
  const beat = () => {
    for (const beaten of beats) beaten();
  };
  return { clock, beats, ticks, beat, leave };
}

test('time moves with the beat, and not by itself between two', async () => {
  const { clock, ticks, beat } = beatenTicker();
  for (let second = 1; second <= 3; second++) {
    await clock.advance(1000);
    beat();
  }
  expect(ticks).toEqual([1000, 2000, 3000]);
});

test('a beat that stays away does not stop time', async () => {
  const { clock, ticks, beat } = beatenTicker();
  await clock.advance(1000);
  beat();
  await clock.advance(1300);
  await clock.advance(1000);
  expect(ticks[0]).toBe(1000);
  expect(ticks.length).toBeGreaterThanOrEqual(2);
  expect(ticks.at(-1)).toBe(3300);
});

test('nothing is listened to once nobody looks', () => {
  const { beats, leave } = beatenTicker();
  expect(beats.size).toBe(1);
  leave();
  expect(beats.size).toBe(0);
});
