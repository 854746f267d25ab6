import { expect, test } from 'vitest';
import { withSecondaryCheck } from '../../../src/compose/secondary-check.ts';
import { carryOut } from '../../setup/carry-out.ts';
import { counterAction, newCounter } from '../../setup/counter-action.ts';

const raised = (diverging: number | undefined) =>
  carryOut(
    withSecondaryCheck(counterAction(newCounter()), async () => diverging),
    { by: 1 },
  );

test('a change that the secondary has followed is done', async () => {
  const { outcome, checks } = await raised(0);
  expect(outcome).toBe('done');
  expect(checks.map(({ name }) => name)).toEqual(['counter', 'The secondary has followed']);
});

test('a change that the secondary has not followed is done in part, and names the way on', async () => {
  const { outcome, checks } = await raised(2);
  expect(outcome).toBe('partial');
  expect(checks[1]).toMatchObject({
    kind: 'fail',
    found: expect.stringContaining('2 games; bring it up to date'),
  });
});

test('without dual writes nothing is said of a secondary', async () => {
  expect((await raised(undefined)).checks).toHaveLength(1);
});
