import { describe, expect, test } from 'vitest';
import { Fault } from '../../src/base/fault.ts';
import type { Status } from '../../src/status/status.ts';
import { figurePanels, storagePanels } from '../../views/panels.ts';
import { noAge } from '../../views/readings.ts';
import { readings, startMs, status } from '../setup/console-ports.ts';

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

describe('dual writes', () => {
  const counted = (games: number) => ({ atMs: startMs, games: { current: games, legacy: 0 } });
  const both = (primary: number, secondary: number | Fault | undefined) =>
    status({
      storages: [
        { role: 'primary', location: 'redis://a', counted: counted(primary) },
        {
          role: 'secondary',
          location: 'dynamodb b',
          counted: typeof secondary === 'number' ? counted(secondary) : secondary,
        },
      ],
    });
  const texts = (of: Status) =>
    storagePanels({ latest: undefined, last: { kind: 'value', value: of, atMs: startMs } }, noAge).flatMap(
      ({ details }) => details.flatMap(({ items }) => items.map(({ text }) => text)),
    );

  test('shows both counts, and in a word where they differ', () => {
    expect(texts(both(412, 412))).toEqual(['primary 412', 'secondary 412']);
    expect(texts(both(412, 410))).toEqual(['COUNTS DIFFER', 'primary 412', 'secondary 410']);
  });

  test('never shows a count that could not be made as a number, nor as a difference', () => {
    const fault = new Fault('backend-unreachable', 'connection refused');
    expect(texts(both(412, fault))).toEqual(['primary 412', 'secondary ? connection refused']);
    expect(texts(both(412, undefined))).toEqual(['primary 412', 'secondary ? being counted']);
  });

  test('takes no room where there is one storage', () => {
    expect(texts(status())).toEqual([]);
  });
});

test.each([
  [3, 2, '! games differ, 2 writes wait', 'bad'],
  [0, 2, '2 writes wait', 'plain'],
  [0, 0, 'both have the same', 'plain'],
])('%d diverging games and %d waiting writes say "%s"', (diverging, waiting, note, tone) => {
  const figures = {
    readings: readings({
      dualWriteDiverging: { kind: 'value', value: diverging },
      dualWriteWaiting: { kind: 'value', value: waiting },
    }),
    problem: undefined,
  };
  const panel = figurePanels(figures, startMs, 2000).find(({ id }) => id === 'dualWrites');
  expect(panel?.figures).toMatchObject([{ note, tone }]);
});

test('without dual writes there is no panel of them', () => {
  const panels = figurePanels({ readings: readings(), problem: undefined }, startMs, 2000);
  expect(panels.map(({ id }) => id)).not.toContain('dualWrites');
});
