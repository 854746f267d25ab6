import { expect, test } from 'vitest';
import { figurePanels } from '../../views/panels.ts';
import { readings, startMs } from '../setup/console-ports.ts';

test.each([
  [0.083, '! 8.3 % failed', 'bad'],
  [0.009, '! 0.9 % failed', 'plain'],
  [0, '', 'plain'],
])('recoveries of which %d failed say "%s" in the tone %s', (ratio, note, tone) => {
  const figures = {
    readings: readings({ recoveryFailureRatio: { kind: 'value', value: ratio } }),
    problem: undefined,
  };
  const panel = figurePanels(figures, startMs, 2000).find(({ id }) => id === 'recoveries');
  expect(panel?.figures).toMatchObject([{ note, tone }]);
});
