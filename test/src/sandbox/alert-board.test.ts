import { describe, expect, it } from 'vitest';
import { type Reading, type Readings, type SignalId, signals } from '../../../src/metrics/source.ts';
import { createAlertBoard } from '../../../src/sandbox/alert-board.ts';

const minuteMs = 60_000;

function boardAt(startMs = 0) {
  const clock = { nowMs: startMs, now: () => clock.nowMs, sleep: async () => {} };
  return { clock, board: createAlertBoard(clock) };
}

function readings(values: Partial<Record<SignalId, number>>): Readings['signals'] {
  const all = Object.keys(signals).map((id): [string, Reading] => {
    const value = values[id as SignalId];
    return [id, value === undefined ? { kind: 'none', why: 'idle' } : { kind: 'value', value }];
  });
  return Object.fromEntries(all) as Readings['signals'];
}

describe('the alerts of a sandbox server', () => {
  it('fire after their condition has held for their time, dated from its beginning', () => {
    const { clock, board } = boardAt(5000);
    board.update(readings({ breakersOpen: 1 }));
    clock.nowMs += minuteMs - 1;
    expect(board.active()).toEqual([]);
    clock.nowMs += 1;
    expect(board.active()).toEqual([{ name: 'CircuitBreakerOpen', severity: 'critical', startedAtMs: 5000 }]);
  });

  it('start anew when the condition did not hold in between', () => {
    const { clock, board } = boardAt();
    board.update(readings({ errorRatio: 0.2 }));
    clock.nowMs += 4 * minuteMs;
    board.update(readings({ errorRatio: 0.01 }));
    board.update(readings({ errorRatio: 0.2 }));
    clock.nowMs += 4 * minuteMs;
    expect(board.active()).toEqual([]);
  });

  it('stay as they are while nothing can be read', () => {
    const { clock, board } = boardAt();
    board.update(readings({ errorRatio: 0.2 }));
    clock.nowMs += 5 * minuteMs;
    board.update(readings({}));
    expect(board.active().map(({ name }) => name)).toEqual(['HighStateErrorRate']);
  });
});
