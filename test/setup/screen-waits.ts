/** Waiting for a screen: checked at each write, so that a test neither sleeps nor misses. */
import type { Emulator } from './emulator.ts';

/** A text or pattern that a line shows, or anything about the screen. */
export type Expected = string | RegExp | ((lines: readonly string[]) => boolean);

export interface ScreenWaits {
  /** Resolves once the screen shows it; rejects with the screen when it has not within the time, or never will. */
  waitFor(expected: Expected, timeoutMs: number): Promise<void>;
  /** The program has ended: whoever still waits, waits in vain. */
  end(how: string): void;
}

export function createWaits(emulator: Emulator): ScreenWaits {
  const waiting = new Set<() => void>();
  let ended: string | undefined;
  const recheck = () => {
    for (const check of waiting) check();
  };
  emulator.onChange(recheck);
  return {
    waitFor(expected, timeoutMs) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const fail = (why: string) => reject(new Error(`${why} ${wordsFor(expected)}\n${emulator.framed()}`));
      const check = () => {
        if (!emulator.midUpdate && holds(expected, emulator.screen())) resolve();
        else if (ended) fail(`The program ended (${ended}) before the screen showed`);
      };
      const timer = setTimeout(() => fail(`Within ${timeoutMs} ms the screen never showed`), timeoutMs);
      waiting.add(check);
      check();
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(check);
      });
    },
    end(how) {
      ended = how;
      recheck();
    },
  };
}

function holds(expected: Expected, lines: readonly string[]): boolean {
  if (typeof expected === 'function') return expected(lines);
  return lines.some((line) => (typeof expected === 'string' ? line.includes(expected) : expected.test(line)));
}

const wordsFor = (expected: Expected): string =>
  typeof expected === 'string' ? `"${expected}"` : expected.toString();
