import { describe, expect, it } from 'vitest';
import { parseExposition } from '../../../../src/metrics/source/exposition.ts';

describe('parseExposition', () => {
  it('keeps the label sets of a histogram apart', () => {
    const samples = parseExposition(
      [
        '# TYPE state_operation_duration_seconds histogram',
        'state_operation_duration_seconds_bucket{le="0.1",outcome="ok"} 1',
        'state_operation_duration_seconds_bucket{le="+Inf",outcome="ok"} 2',
        'state_operation_duration_seconds_count{outcome="ok"} 2',
        'state_operation_duration_seconds_bucket{le="0.1",outcome="error"} 3',
        'state_operation_duration_seconds_count{outcome="error"} 4',
      ].join('\n'),
    );
    expect(samples.map(({ labels, value }) => [labels.outcome, labels.le, value])).toEqual([
      ['ok', '0.1', 1],
      ['ok', '+Inf', 2],
      ['ok', undefined, 2],
      ['error', '0.1', 3],
      ['error', undefined, 4],
    ]);
  });

  it('reads the last line though it does not end', () => {
    expect(parseExposition('state_unpersisted_games 3')).toMatchObject([{ value: 3, labels: {} }]);
  });

  it('gives equal series equal keys whatever the order of their labels', () => {
    const [one] = parseExposition('state_config_info{a="1",b="2"} 1');
    const [other] = parseExposition('state_config_info{b="2",a="1"} 1');
    expect(one?.key).toBe(other?.key);
  });

  it('reads infinities and values that are no number', () => {
    const text = 'state_unpersisted_games{a="1"} +Inf\nstate_unpersisted_games{a="2"} NaN\n';
    expect(parseExposition(text).map(({ value }) => value)).toEqual([Infinity, Number.NaN]);
  });

  it('leaves out series that are not of the catalogue', () => {
    const text = 'process_cpu_seconds_total 4\nstate_unpersisted_games 0\n';
    expect(parseExposition(text).map(({ name }) => name)).toEqual(['state_unpersisted_games']);
  });

  it.each(['', '<html><body>Hello</body></html>', 'a{b=c} 1', 'process_cpu_seconds_total 4\n'])(
    'refuses %j, which is not what a game server serves',
    (text) => {
      expect(() => parseExposition(text)).toThrow(expect.objectContaining({ code: 'platform-failed' }));
    },
  );
});
