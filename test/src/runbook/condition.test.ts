import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds, parseCondition } from '../../../src/runbook/condition.ts';
import type { Comparison } from '../../../src/runbook/runbook.ts';

describe('a condition', () => {
  it.each([
    ['err > 0.20', '>', 0.2, undefined],
    ['err > 20 %', '>', 0.2, 'ratio'],
    ['err >= 7%', '>=', 0.07, 'ratio'],
    ['err<1', '<', 1, undefined],
    ['err <= 100 ms', '<=', 0.1, 'seconds'],
    ['err > 10 GB', '>', 10e9, 'bytes'],
    ['err > 1 KiB', '>', 1024, 'bytes'],
    ['err > 3 /s', '>', 3, 'per-second'],
  ])('reads %s', (text, comparison, threshold, unit) => {
    expect(parseCondition(text)).toEqual({ condition: { metric: 'err', comparison, threshold }, unit });
  });

  it.each([
    '',
    'err',
    'err > ',
    'err > x',
    'err == 1',
    'err > -1',
    'err > 1 constructor',
    '1 > err',
    'err > 1 % 2',
  ])('does not read "%s"', (text) => {
    expect(parseCondition(text)).toBeUndefined();
  });

  it('never lets a value be both above a limit and at or below it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (value, threshold) => {
        const is = (comparison: Comparison) => holds({ metric: 'err', comparison, threshold }, value);
        expect(is('>')).toBe(!is('<='));
        expect(is('<')).toBe(!is('>='));
      }),
    );
  });
});
