import { describe, expect, test } from 'vitest';
import { bytesOption, countOption, durationOption, momentOption } from '../../../src/cli/quantity.ts';
import type { VerbCall } from '../../../src/cli/verb.ts';

/** Options are all that is read of a call. */
const call = (options: VerbCall['options']) => ({ options }) as VerbCall;

const nowMs = Date.UTC(2026, 10, 23, 12);

describe('what people write', () => {
  test.each([
    ['500', 500],
    ['500B', 500],
    ['20KiB', 20_480],
    ['20 k', 20_480],
    ['1MiB', 1_048_576],
    ['2G', 2_147_483_648],
  ])('%s is a size', (text, bytes) => {
    expect(bytesOption(call({ minSize: text }), 'minSize')).toBe(bytes);
  });

  test.each([
    ['2026-11-23T11:54:00Z', Date.UTC(2026, 10, 23, 11, 54)],
    ['2026-11-23T11:54:00.250Z', Date.UTC(2026, 10, 23, 11, 54, 0, 250)],
    ['2026-11-23T12:54+01:00', Date.UTC(2026, 10, 23, 11, 54)],
    ['10m', nowMs - 600_000],
  ])('%s is a moment', (text, atMs) => {
    expect(momentOption(call({ at: text }), 'at', nowMs)).toBe(atMs);
  });

  test('left out is no value', () => {
    expect(countOption(call({}), 'limit')).toBeUndefined();
    expect(momentOption(call({}), 'at', nowMs)).toBeUndefined();
  });
});

test.each([
  ['minSize', bytesOption, ['', 'huge', '-1', '1.5K', '20 XB', '9999999999999']],
  ['limit', countOption, ['0', '-1', '1.5', 'all', '99999999']],
  ['olderThan', durationOption, ['0s', 'soon', '1 week']],
  [
    'at',
    (from: VerbCall, name: string) => momentOption(from, name, nowMs),
    // Without its zone a time could mean two moments.
    ['noon', '2026-11-23', '2026-11-23T12:00:00', '2026-13-23T12:00:00Z'],
  ],
] as const)('anything else behind --%s is wrong use, with an example', (name, option, texts) => {
  for (const text of texts) {
    const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(() => option(call({ [name]: text }), name)).toThrowError(
      expect.objectContaining({
        code: 'wrong-use',
        message: expect.stringContaining(`--${dashed} ${text} is not a`),
        next: expect.stringMatching(/^(Write|Give) .*like /),
      }),
    );
  }
});
