import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import type { RunId } from '../../../src/base/ids.ts';
import { newRunId } from '../../../src/base/ids.ts';
import type { MetricSource, Readings } from '../../../src/metrics/source.ts';
import { parseRunbook } from '../../../src/runbook/parse.ts';
import { reduce, standingAtStart, type WalkEvent } from '../../../src/runbook/reduce.ts';
import type { Runbook } from '../../../src/runbook/runbook.ts';
import type { Way } from '../../../src/runbook/walk.ts';
import { startWalk, type WalkJournal } from '../../../src/runbook/walker.ts';
import { type Figures, fakeMetrics, readingsOf } from '../../setup/fake-metrics.ts';
import { soundRunbook } from '../../setup/runbook-text.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

function runbookOf(text = soundRunbook): Runbook {
  const parsed = parseRunbook(text, 'sound.yaml');
  if (parsed.kind === 'broken') throw new Error(JSON.stringify(parsed.problems));
  return parsed.runbook;
}

type Line = Readonly<Record<string, unknown>> & { readonly event: string };

/** A walk on figures that the test may change, with its journal's lines. */
async function walkOn(
  figures: Figures,
  { text = soundRunbook, metrics }: { text?: string; metrics?: MetricSource | null } = {},
) {
  const clock = virtualClock();
  const lines: Line[] = [];
  const world = { figures, readAtMs: undefined as number | undefined, journalFails: false };
  const live = fakeMetrics(() => readingsOf(world.figures, world.readAtMs ?? clock.now()));
  const journal: WalkJournal = {
    append: async (event, body) => {
      if (world.journalFails) throw new Fault('io-failed', 'The disk is full');
      lines.push(structuredClone({ event, ...body }));
    },
  };
  const walk = await startWalk({
    runbook: runbookOf(text),
    metrics: metrics === null ? undefined : (metrics ?? live),
    journal: () => journal,
    clock,
    random: () => 'abcdef',
    actor: { user: 'ada', host: 'bastion' },
    redact: (said) => said.replaceAll('hunter2', '[redacted]'),
  });
  return { walk, clock, lines, world };
}

const suggestedOf = (ways: readonly Way[]) => ways.filter(({ suggested }) => suggested);
const actionRun: RunId = newRunId(0, () => '123456');

describe('a question suggests', () => {
  it.each([
    [0.24, 'act', 'error ratio 24 % is above 20 %'],
    [0.2004, 'act', 'error ratio 20 % is just above 20 %'],
    [0.2, 'ask', 'error ratio 20 % is above 5 %'],
    [0.05, 'calm', 'error ratio 5 % is not above 5 %'],
    [0, 'calm', 'error ratio 0 % is not above 5 %'],
  ])('at %d the way to %s and says why', async (errorRatio, goto, why) => {
    const { walk } = await walkOn({ errorRatio });
    expect(suggestedOf(walk.state().ways)).toMatchObject([{ goto, why }]);
  });

  it.each<[string, (readings: Readings, nowMs: number) => Readings, string]>([
    ['is missing', (readings) => ({ ...readings, signals: readingsOf({}, 0).signals }), 'no traffic'],
    [
      'is stale',
      (readings, nowMs) => ({ ...readings, atMs: nowMs - 61_000 }),
      'the reading is 61 s old, more than 60 s',
    ],
    [
      'is ahead of the clock',
      (readings, nowMs) => ({ ...readings, atMs: nowMs + 61_000 }),
      "the reading is from 61 s ahead of this machine's clock",
    ],
    [
      'is no number',
      (_readings, nowMs) => readingsOf({ errorRatio: Number.NaN }, nowMs),
      'the source gave no number',
    ],
    [
      'failed, without the secret in the message',
      () => {
        throw new Fault('platform-unreachable', 'http://a:hunter2@host did not answer');
      },
      'http://a:[redacted]@host did not answer',
    ],
  ])('the way for no data when the reading %s', async (_what, change, why) => {
    const nowMs = virtualClock().now();
    const metrics = fakeMetrics(() => change(readingsOf({ errorRatio: 0.24 }, nowMs), nowMs));
    const { walk } = await walkOn({}, { metrics });
    expect(suggestedOf(walk.state().ways)).toEqual([
      {
        label: 'Unknown',
        goto: 'look',
        suggested: true,
        needsReason: false,
        why: `no data for error ratio: ${why}`,
      },
    ]);
    expect(walk.state().evidence).toMatchObject([{ metric: 'err', reading: { kind: 'none', why } }]);
  });

  it('the way for no data when no source is configured', async () => {
    const { walk } = await walkOn({}, { metrics: null });
    expect(suggestedOf(walk.state().ways)).toMatchObject([
      { goto: 'look', why: 'no data for error ratio: no source of metrics is configured' },
    ]);
  });

  const two = soundRunbook
    .replace('nodes:', '  p99: { signal: latencyP99, unit: seconds, maxAge: 60s }\nnodes:')
    .replace('when: err > 5 %', 'when: p99 > 100 ms');

  it('a branch that holds although a later one cannot be decided', async () => {
    const { walk } = await walkOn({ errorRatio: 0.3 }, { text: two });
    expect(suggestedOf(walk.state().ways)).toMatchObject([{ goto: 'act' }]);
  });

  it('no branch behind one that cannot be decided', async () => {
    const { walk } = await walkOn({ latencyP99: 0.3 }, { text: two });
    expect(suggestedOf(walk.state().ways)).toMatchObject([{ goto: 'look' }]);
  });

  it('otherwise, for what holds of none of its metrics', async () => {
    const { walk } = await walkOn({ errorRatio: 0.01, latencyP99: 0.02 }, { text: two });
    expect(suggestedOf(walk.state().ways)).toMatchObject([
      { goto: 'calm', why: 'error ratio 1 % is not above 20 %, latency p99 20 ms is not above 100 ms' },
    ]);
  });

  it('by a metric that is compared and not listed, which it shows too', async () => {
    const { walk } = await walkOn({ errorRatio: 0.01, latencyP99: 0.3 }, { text: two });
    expect(walk.state().evidence.map(({ metric }) => metric)).toEqual(['err', 'p99']);
  });
});

describe('evidence', () => {
  it('has value, time, source, limits and the points of its curve', async () => {
    const points = [{ atMs: 1, value: 0.1 }];
    const nowMs = virtualClock().now();
    const metrics: MetricSource = {
      name: 'scrape of 2 targets',
      read: async () => readingsOf({ errorRatio: 0.24 }, nowMs - 5000),
      history: (id) => (id === 'errorRatio' ? points : []),
    };
    const { walk } = await walkOn({}, { metrics });
    expect(walk.state().evidence).toEqual([
      {
        metric: 'err',
        title: 'Error ratio',
        unit: 'ratio',
        source: 'scrape of 2 targets',
        reading: { kind: 'value', value: 0.24, atMs: nowMs - 5000 },
        thresholds: [0.2, 0.05],
        points,
      },
    ]);
  });

  it('says how much time its rates cover', async () => {
    const targets = [{ target: 'a', coveredMs: 1_300 }];
    const metrics = fakeMetrics(() => ({
      ...readingsOf({ errorRatio: 0.01 }, virtualClock().now()),
      targets,
    }));
    const { walk } = await walkOn({}, { metrics });
    expect(walk.state().evidence[0]?.source).toBe('fake over 1 s');
  });

  it('says that targets are missing from it', async () => {
    const nowMs = virtualClock().now();
    const targets = [{ target: 'a' }, { target: 'b', fault: new Fault('platform-unreachable', 'no answer') }];
    const metrics = fakeMetrics(() => ({ ...readingsOf({ errorRatio: 0.01 }, nowMs), targets }));
    const { walk } = await walkOn({}, { metrics });
    expect(walk.state().evidence).toMatchObject([{ gap: '1 of 2 targets did not answer' }]);
    expect(suggestedOf(walk.state().ways)).toMatchObject([
      { why: 'error ratio 1 % is not above 5 %, but 1 of 2 targets did not answer' },
    ]);
  });

  it('is read again on refresh', async () => {
    const { walk, world } = await walkOn({ errorRatio: 0.01 });
    world.figures = { errorRatio: 0.3 };
    expect(suggestedOf((await walk.refresh()).ways)).toMatchObject([{ goto: 'act' }]);
  });

  it('of a slow refresh does not replace that of a node reached meanwhile', async () => {
    const gates: ((readings: Readings) => void)[] = [];
    let held = false;
    const nowMs = virtualClock().now();
    const metrics = fakeMetrics(() =>
      held ? new Promise((resolve) => gates.push(resolve)) : readingsOf({ errorRatio: 0.01 }, nowMs),
    );
    const { walk } = await walkOn({}, { metrics });
    held = true;
    const refresh = walk.refresh();
    await walk.take('calm');
    gates[0]?.(readingsOf({ errorRatio: 0.3 }, nowMs));
    await refresh;
    expect(walk.state()).toMatchObject({ nodeId: 'calm', evidence: [] });
  });
});

describe('a move', () => {
  it('along the suggestion is recorded with the evidence', async () => {
    const { walk, lines, clock } = await walkOn({ errorRatio: 0.24 });
    expect(await walk.take('act')).toMatchObject({
      nodeId: 'act',
      path: [{ nodeId: 'rate', label: 'Many' }],
    });
    expect(lines.at(-1)).toEqual({
      event: 'walk-moved',
      run: walk.state().runId,
      from: 'rate',
      to: 'act',
      label: 'Many',
      suggested: { label: 'Many', goto: 'act', why: 'error ratio 24 % is above 20 %' },
      evidence: [
        {
          metric: 'err',
          unit: 'ratio',
          source: 'fake',
          reading: { kind: 'value', value: 0.24, atMs: clock.now() },
          thresholds: [0.2, 0.05],
        },
      ],
    });
  });

  it.each([undefined, '', '   '])('against it is refused with the reason %j', async (reason) => {
    const { walk, lines } = await walkOn({ errorRatio: 0.24 });
    await expect(walk.take('calm', reason)).rejects.toMatchObject({
      code: 'refused',
      message: '"Many" is suggested: error ratio 24 % is above 20 %',
    });
    expect(walk.state().nodeId).toBe('rate');
    expect(lines).toHaveLength(1);
  });

  it('against it is made with a reason, recorded without secrets', async () => {
    const { walk, lines } = await walkOn({ errorRatio: 0.24 });
    await walk.take('calm', ' A load test, key hunter2 ');
    expect(walk.state().path).toMatchObject([{ overrideReason: 'A load test, key [redacted]' }]);
    expect(lines.at(-1)).toMatchObject({
      overrideReason: 'A load test, key [redacted]',
      suggested: { goto: 'act' },
    });
  });

  it('needs no reason at a choice, which suggests nothing', async () => {
    const { walk } = await walkOn({ errorRatio: 0.1 });
    await walk.take('ask');
    expect(suggestedOf(walk.state().ways)).toEqual([]);
    expect(await walk.take('calm')).toMatchObject({ nodeId: 'calm', ended: true });
  });

  it('to a node that no way leads to is wrong use', async () => {
    const { walk } = await walkOn({ errorRatio: 0.24 });
    await expect(walk.take('done')).rejects.toMatchObject({
      code: 'wrong-use',
      next: expect.stringContaining('act'),
    });
  });

  it('that cannot be recorded is not made', async () => {
    const { walk, world } = await walkOn({ errorRatio: 0.24 });
    world.journalFails = true;
    await expect(walk.take('act')).rejects.toMatchObject({ code: 'io-failed' });
    expect(walk.state().nodeId).toBe('rate');
    world.journalFails = false;
    expect((await walk.take('act')).nodeId).toBe('act');
  });

  it('during another is refused, so a key that repeats decides once', async () => {
    const { walk } = await walkOn({ errorRatio: 0.1 });
    const first = walk.take('ask');
    await expect(walk.take('ask')).rejects.toMatchObject({ code: 'refused' });
    expect((await first).nodeId).toBe('ask');
  });

  it('that was aborted before it began is not made', async () => {
    const { walk } = await walkOn({ errorRatio: 0.24 });
    await expect(walk.take('act', undefined, AbortSignal.abort())).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(walk.state().nodeId).toBe('rate');
  });

  it('shows nothing of the evidence before while its own is read', async () => {
    const text = soundRunbook.replace('label: Few, goto: calm', 'label: Few, goto: rate');
    const readings = [readingsOf({ errorRatio: 0 }, virtualClock().now())];
    const metrics = fakeMetrics(() => readings.pop() ?? new Promise(() => {}));
    const { walk } = await walkOn({}, { text, metrics });
    void walk.take('rate');
    await new Promise(setImmediate);
    expect(walk.state()).toMatchObject({ path: [{ label: 'Few' }], evidence: [] });
    expect(suggestedOf(walk.state().ways)).toMatchObject([{ why: 'no data for err: it was not read' }]);
  });

  it('to a node that several ways lead to follows the suggested one', async () => {
    const text = soundRunbook.replace('label: Few, goto: calm', 'label: Few, goto: ask');
    const { walk } = await walkOn({ errorRatio: 0 }, { text });
    expect((await walk.take('ask')).path).toMatchObject([{ label: 'Few' }]);
  });

  it('does not claim to know which of several ways to one node was meant', async () => {
    const text = soundRunbook.replace(
      "{ label: 'No', goto: calm }",
      "{ label: 'No', goto: calm }\n      - { label: Perhaps, goto: calm }",
    );
    const { walk } = await walkOn({ errorRatio: 0.1 }, { text });
    await walk.take('ask');
    expect((await walk.take('calm')).path.at(-1)).toMatchObject({ label: 'No / Perhaps' });
  });

  it('after the end is refused', async () => {
    const { walk } = await walkOn({ errorRatio: 0 });
    await walk.take('calm');
    for (const move of [walk.take('rate'), walk.back(), walk.acted('done', actionRun)]) {
      await expect(move).rejects.toMatchObject({ code: 'refused' });
    }
  });
});

describe('an action', () => {
  it.each([
    ['done', 'done'],
    ['partial', 'page'],
    ['failed', 'page'],
    ['interrupted', 'page'],
    ['inconclusive', 'ask'],
  ] as const)('that ended %s leads to %s', async (outcome, goto) => {
    const text = soundRunbook.replace('onUnknown: page', 'onUnknown: ask');
    const { walk, lines } = await walkOn({ errorRatio: 0.24 }, { text });
    await walk.take('act');
    expect((await walk.acted(outcome, actionRun)).nodeId).toBe(goto);
    expect(lines.at(-1)).toMatchObject({ event: 'walk-acted', outcome, actionRun, from: 'act', to: goto });
  });

  it('is recorded although the operator pressed Ctrl-C', async () => {
    const { walk, lines } = await walkOn({ errorRatio: 0.24 });
    await walk.take('act');
    expect((await walk.acted('interrupted', actionRun, AbortSignal.abort())).nodeId).toBe('page');
    expect(lines.at(-1)).toMatchObject({ event: 'walk-acted', outcome: 'interrupted' });
  });

  it('is never called done by hand', async () => {
    const { walk } = await walkOn({ errorRatio: 0.24 });
    await walk.take('act');
    await expect(walk.take('done', 'I am sure')).rejects.toMatchObject({
      code: 'refused',
      message: 'Only a verified rollback run leads on to "done"',
    });
  });

  it('can be passed by with a reason only', async () => {
    const { walk } = await walkOn({ errorRatio: 0.24 });
    await walk.take('act');
    await expect(walk.take('page')).rejects.toMatchObject({ code: 'refused' });
    expect((await walk.take('page', 'No server answers')).nodeId).toBe('page');
  });

  it('has no outcome at a node without one', async () => {
    const { walk } = await walkOn({ errorRatio: 0.24 });
    await expect(walk.acted('done', actionRun)).rejects.toMatchObject({ code: 'wrong-use' });
  });
});

describe('going back', () => {
  it('shows the node before with evidence read again', async () => {
    const { walk, world } = await walkOn({ errorRatio: 0.1 });
    await walk.take('ask');
    world.figures = { errorRatio: 0.3 };
    const state = await walk.back();
    expect(state).toMatchObject({ nodeId: 'rate', path: [] });
    expect(suggestedOf(state.ways)).toMatchObject([{ goto: 'act' }]);
  });

  it('is refused where the walk started', async () => {
    const { walk } = await walkOn({ errorRatio: 0.1 });
    await expect(walk.back()).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('the journal', () => {
  it('starts with who walks, and the runbook as it was', async () => {
    const { lines } = await walkOn({ errorRatio: 0.1 });
    expect(lines).toEqual([
      {
        event: 'walk-started',
        run: '20261123T030000Z-abcdef',
        actor: { user: 'ada', host: 'bastion' },
        runbook: runbookOf(),
      },
    ]);
  });

  it('tells a walk that was left from one that ended', async () => {
    const leaver = await walkOn({ errorRatio: 0.1 });
    await leaver.walk.close();
    await leaver.walk.close();
    expect(leaver.lines.map(({ event }) => event)).toEqual(['walk-started', 'walk-left']);
    const finisher = await walkOn({ errorRatio: 0 });
    await finisher.walk.take('calm');
    await finisher.walk.close();
    expect(finisher.lines.map(({ event }) => event)).toEqual(['walk-started', 'walk-moved']);
  });

  it('ends the walk once it was left', async () => {
    const { walk } = await walkOn({ errorRatio: 0.1 });
    await walk.close();
    await expect(walk.take('ask')).rejects.toMatchObject({ code: 'refused' });
  });

  it('is enough to tell where a walk stands', async () => {
    const { walk, lines } = await walkOn({ errorRatio: 0.1 });
    await walk.take('ask');
    await walk.back();
    await walk.take('act', 'It is getting worse');
    await walk.acted('partial', actionRun);
    const runbook = runbookOf();
    // The journal's lines are what this room's events were, as data.
    const events = lines as unknown as readonly WalkEvent[];
    const standing = events.reduce((at, event) => reduce(runbook, at, event), standingAtStart(runbook));
    expect(standing).toEqual({ nodeId: walk.state().nodeId, path: walk.state().path });
  });
});
