import { expect, it } from 'vitest';
import { parseDuration } from '../../../src/base/duration.ts';

it.each([
  ['500ms', 500],
  ['60s', 60_000],
  ['5 m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each(['', '60', 's', '-5s', '0s', '1.5s', '5 minutes', '1m30s', '9999999999s'])(
  '"%s" is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);
