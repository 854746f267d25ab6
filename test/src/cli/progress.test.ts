import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createTextProgress } from '../../../src/cli/progress.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

function progressOn(live: boolean) {
  const clock = virtualClock();
  let said = '';
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      said += String(chunk);
      done();
    },
  });
  const progress = createTextProgress(stderr, { live, clean: (text) => text, clock });
  progress.started('run' as never, ['Write the games']);
  progress.step(0, { kind: 'running' });
  return { clock, progress, last: () => said.split(/[\r\n]/).at(-1), said: () => said };
}

describe('a step that takes long', () => {
  test('tells its rate and what is left, once a rate means something', () => {
    const { clock, progress, last } = progressOn(true);
    clock.advance(1_000);
    progress.progress(0, 10, 400, 'games');
    expect(last()).toMatch(/10 of 400 games$/);
    clock.advance(9_000);
    progress.progress(0, 100, 400, 'games');
    expect(last()).toMatch(/100 of 400 games, 10\/s, 30 s left$/);
    progress.progress(0, 400, 400, 'games');
    expect(last()).toMatch(/400 of 400 games$/);
  });

  test('tells its rate while it plans too, in bytes where it reads those', () => {
    const { clock, progress, last } = progressOn(true);
    progress.count('Reading a', 1, 4 * 2 ** 20, 'bytes');
    clock.advance(4_000);
    progress.count('Reading a', 2 ** 20, 4 * 2 ** 20, 'bytes');
    expect(last()).toMatch(/Reading a: 1 MiB of 4 MiB, 256 KiB\/s, 12 s left$/);
    progress.count('Looking', 200, undefined, 'games');
    clock.advance(4_000);
    progress.count('Looking', 400, undefined, 'games');
    expect(last()).toMatch(/Looking: 400 games, 100\/s$/);
  });

  test('is silent until its end where no line can be rewritten', () => {
    const { progress, said } = progressOn(false);
    const before = said();
    progress.progress(0, 100, 400, 'games');
    expect(said()).toBe(before);
  });
});

test('a count without a total only counts', () => {
  const { progress, last } = progressOn(true);
  progress.count('verified', 200, undefined, 'games');
  expect(last()).toMatch(/verified: 200 games$/);
});

test('what is said after it has a line of its own', () => {
  const { progress, last, said } = progressOn(true);
  progress.verifying();
  expect(last()).toContain('verifying');
  progress.end();
  expect(last()).toBe('\u001b[K');
  const ended = said();
  progress.end();
  expect(said()).toBe(ended);
});
