import { describe, expect, it } from 'vitest';
import { createExporter, type Exporter, type GaugeSources } from '../../../../src/metrics/exporter.ts';
import { createScrapeSource } from '../../../../src/metrics/source/scrape.ts';
import { startHttpStub } from '../../../setup/http-stub.ts';

/** A game server's /metrics over real HTTP. */
async function startTarget(gauges: Partial<GaugeSources> = {}) {
  let exporter = newExporter(gauges);
  let paused = false;
  const { url, stop } = await startHttpStub(async (_request, response) => {
    if (paused) response.statusCode = 503;
    response.end(await exporter.expose());
  });
  return {
    url,
    stop,
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
    },
    restart: () => {
      exporter = newExporter(gauges);
    },
    play: (times: number, outcome: 'ok' | 'error' = 'ok', seconds = 0.02) =>
      play(exporter, times, outcome, seconds),
    get exporter() {
      return exporter;
    },
  };
}

function newExporter(gauges: Partial<GaugeSources>): Exporter {
  return createExporter({
    backend: 'embedded',
    strategy: 'hybrid',
    clock: { now: () => 0, sleep: async () => {} },
    gauges: {
      activeGames: () => ({ TURN: 2, SCORING: 1 }),
      unpersisted: () => ({ games: 1, oldestAtMs: -4000 }),
      breaker: () => 'closed',
      storage: () => ({ usedBytes: { events: 100, snapshots: 50 }, limitBytes: 1000 }),
      ...gauges,
    },
  });
}

function play(exporter: Exporter, times: number, outcome: 'ok' | 'error', seconds: number): void {
  for (let index = 0; index < times; index++) {
    exporter.operation({ operation: 'append', backend: 'embedded', outcome, seconds });
    exporter.transition({ from: 'TURN', to: 'TURN', outcome });
  }
}

function sourceOf(
  targets: readonly { url: string }[],
  options: { historyPoints?: number; windowMs?: number } = {},
) {
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs, sleep: async () => {} };
  const source = createScrapeSource({ targets: targets.map(({ url }) => url), clock, ...options });
  /** The next scrape, `afterMs` later. */
  const next = (afterMs: number) => {
    clock.nowMs += afterMs;
    return source.read();
  };
  return { source, clock, next };
}

const exactly = (value: number) => expect.objectContaining({ kind: 'value', value });
const about = (value: number) => expect.objectContaining({ kind: 'value', value: expect.closeTo(value, 6) });

describe('a scrape of real exporters', () => {
  it('has gauges at once and says that rates need a second scrape', async () => {
    const { source } = sourceOf([await startTarget()]);
    const { signals } = await source.read();
    expect(signals.unpersistedGames).toMatchObject({ kind: 'value', value: 1 });
    expect(signals.transitions).toEqual({ kind: 'none', why: 'needs two scrapes' });
    expect(signals.latencyP99).toEqual({ kind: 'none', why: 'needs two scrapes' });
  });

  it('adds up the rates of all servers', async () => {
    const targets = [await startTarget(), await startTarget()];
    const { source, next } = sourceOf(targets);
    await source.read();
    targets[0]?.play(20);
    targets[1]?.play(30);
    expect((await next(10_000)).signals.transitions).toEqual(exactly(5));
  });

  it('splits the rate of moves by what became of them', async () => {
    const target = await startTarget();
    const { source, next } = sourceOf([target]);
    await source.read();
    target.play(20, 'ok');
    target.play(10, 'error');
    expect((await next(10_000)).signals.transitions).toEqual({
      kind: 'value',
      value: 3,
      by: { ok: 2, error: 1 },
    });
  });

  it('has a ratio only when something happened', async () => {
    const target = await startTarget();
    const { source, next } = sourceOf([target]);
    await source.read();
    const idle = (await next(1000)).signals;
    expect(idle.transitions).toEqual(exactly(0));
    expect(idle.errorRatio).toMatchObject({ kind: 'none' });
    expect(idle.latencyP50).toMatchObject({ kind: 'none' });
    target.play(3, 'ok');
    target.play(1, 'error');
    expect((await next(1000)).signals.errorRatio).toEqual(exactly(0.25));
  });

  it('forgets what is older than its window', async () => {
    const target = await startTarget();
    const { source, next } = sourceOf([target]);
    await source.read();
    target.play(10, 'error');
    expect((await next(30_000)).signals.errorRatio).toEqual(exactly(1));
    await next(30_000);
    target.play(10, 'ok');
    expect((await next(30_000)).signals.errorRatio).toEqual(exactly(0));
  });

  it('takes a restarted server for what it is', async () => {
    const target = await startTarget();
    target.play(1000);
    const { source, next } = sourceOf([target]);
    await source.read();
    target.restart();
    target.play(50);
    expect((await next(10_000)).signals.transitions).toEqual(exactly(5));
  });

  it('computes quantiles over the buckets of all servers', async () => {
    const targets = [await startTarget(), await startTarget()];
    const { source, next } = sourceOf(targets);
    await source.read();
    targets[0]?.play(50, 'ok', 0.02);
    targets[1]?.play(50, 'ok', 0.2);
    const { signals } = await next(1000);
    expect(signals.latencyP50).toEqual(about(0.025));
    expect(signals.latencyP99).toEqual(about(0.1 + 0.15 * 0.98));
  });

  it('places a latency within its bucket though the buckets below did not rise', async () => {
    const target = await startTarget();
    const { source, next } = sourceOf([target]);
    await source.read();
    target.play(10, 'ok', 0.4);
    expect((await next(1000)).signals.latencyP50).toEqual(about(0.375));
  });

  it('leaves scans out of the latency that games feel', async () => {
    const target = await startTarget();
    const { source, next } = sourceOf([target]);
    await source.read();
    target.play(10, 'ok', 0.002);
    target.exporter.operation({ operation: 'census', backend: 'embedded', outcome: 'ok', seconds: 4 });
    const reading = (await next(1000)).signals.latencyP99;
    expect(reading.kind === 'value' && reading.value).toBeLessThan(0.0025);
  });

  it('sums what each server holds and takes the largest of what all share', async () => {
    const storage = () => ({ usedBytes: { events: 300, snapshots: 50 }, limitBytes: 1000 });
    const unpersisted = () => ({ games: 2, oldestAtMs: -9000 });
    const targets = [await startTarget(), await startTarget({ storage, unpersisted, breaker: () => 'open' })];
    const { signals } = await sourceOf(targets).source.read();
    expect(signals.activeGames).toMatchObject({ value: 6, by: { TURN: 4, SCORING: 2, PREPARATION: 0 } });
    expect(signals.storageUsed).toEqual({ kind: 'value', value: 350, by: { events: 300, snapshots: 50 } });
    expect(signals.storageLimit).toEqual(exactly(1000));
    expect(signals.unpersistedGames).toMatchObject({ value: 3, by: { 'for-storage': 3, 'by-plan': 0 } });
    expect(signals.unpersistedSeconds).toEqual(exactly(9));
    expect(signals.breakersOpen).toMatchObject({ value: 1, by: { closed: 1, open: 1 } });
  });

  it('sums how far the secondaries of dual writes are behind, and has no figure where there are none', async () => {
    const dualWrite = () => ({ diverging: () => 2, waiting: () => 5 });
    const target = await startTarget({ dualWrite });
    const { source, next } = sourceOf([await startTarget(), target]);
    await source.read();
    target.exporter.diverged({ key: { id: 'a', layout: 'current' }, reason: 'conflict' });
    const { signals } = await next(30_000);
    expect(signals.dualWriteDiverging).toEqual(exactly(2));
    expect(signals.dualWriteWaiting).toEqual(exactly(5));
    expect(signals.dualWriteDivergence).toMatchObject({ value: 2, by: { conflict: 2 } });
    const without = (await sourceOf([await startTarget()]).source.read()).signals;
    expect(without.dualWriteDiverging.kind).toBe('none');
    expect(without.dualWriteDivergence.kind).toBe('none');
  });

  it('has no storage limit where none is set', async () => {
    const storage = () => ({ usedBytes: { all: 1 }, limitBytes: undefined });
    const { signals } = await sourceOf([await startTarget({ storage })]).source.read();
    expect(signals.storageLimit).toMatchObject({ kind: 'none' });
  });

  it('counts a partial recovery as a failure and one that found nothing not at all', async () => {
    const target = await startTarget();
    const { source, next } = sourceOf([target]);
    await source.read();
    for (const outcome of ['success', 'partial', 'not_found', 'not_found'] as const) {
      target.exporter.recovery({ mode: 'latest', outcome });
    }
    const { signals } = await next(60_000);
    expect(signals.recoveryFailureRatio).toEqual(exactly(0.5));
    expect(signals.recoveries).toEqual(exactly(4));
  });
});

describe('a scrape with dead targets', () => {
  it('names the dead one and reads the rest', async () => {
    const targets = [await startTarget(), await startTarget()];
    const { source, next } = sourceOf(targets);
    await source.read();
    targets[0]?.play(10);
    targets[1]?.stop();
    const readings = await next(1000);
    expect(readings.signals.transitions).toEqual(exactly(10));
    expect(readings.targets).toEqual([
      { target: targets[0]?.url, coveredMs: 1000 },
      { target: targets[1]?.url, fault: expect.objectContaining({ code: 'platform-unreachable' }) },
    ]);
  });

  it('tells what each target covers, and so whose share the rates miss', async () => {
    const [steady, late] = [await startTarget(), await startTarget()];
    const { source, next } = sourceOf([steady, late], { windowMs: 5_000 });
    await source.read();
    for (let reads = 0; reads < 5; reads++) await next(1_000);
    late.pause();
    for (let reads = 0; reads < 6; reads++) await next(1_000);
    late.resume();
    const { targets } = await next(1_000);
    expect(targets.map(({ coveredMs }) => coveredMs)).toEqual([5_000, 0]);
  });

  it('fails when no target answers and keeps a gap in the history', async () => {
    const target = await startTarget();
    const { source, clock, next } = sourceOf([target]);
    await source.read();
    target.stop();
    await expect(next(1000)).rejects.toMatchObject({ code: 'platform-unreachable', retryable: true });
    expect(source.history('unpersistedGames')).toEqual([
      { atMs: clock.nowMs - 1000, value: 1 },
      { atMs: clock.nowMs, value: undefined },
    ]);
  });

  it('calls a page that is no metrics page a failure, not an idle server', async () => {
    const clock = { now: () => 0, sleep: async () => {} };
    const fetch = async () => new Response('<html>Welcome</html>');
    const source = createScrapeSource({ targets: ['http://a/metrics'], clock, fetch });
    await expect(source.read()).rejects.toMatchObject({ cause: { code: 'platform-failed' } });
  });

  it('gives up on a target that does not answer in time', async () => {
    const { url } = await startHttpStub(() => {});
    const clock = { now: () => 0, sleep: async () => {} };
    const source = createScrapeSource({ targets: [url], clock, timeoutMs: 50 });
    await expect(source.read()).rejects.toThrow('no answer in 50 ms');
  });

  it('ends at once when it is interrupted, without a point', async () => {
    const source = sourceOf([await startTarget()]).source;
    await expect(source.read(AbortSignal.abort())).rejects.toMatchObject({ code: 'interrupted' });
    expect(source.history('transitions')).toEqual([]);
  });
});

describe('reads at the same time', () => {
  /** A target that answers when told to, in whatever order; its counter goes up by 100 from request to request. */
  function slowTarget() {
    const answers: (() => void)[] = [];
    const clock = { nowMs: 1_000_000, now: () => clock.nowMs, sleep: async () => {} };
    const fetch = (_url: string, { signal }: RequestInit) =>
      new Promise<Response>((resolve, reject) => {
        const total = 5_000 + 100 * answers.length;
        const text = `state_transitions_total{from="TURN",to="TURN",outcome="ok"} ${total}\n`;
        answers.push(() => resolve(new Response(text)));
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    const source = createScrapeSource({ targets: ['http://a/metrics'], clock, fetch });
    const answer = (request: number) => {
      clock.nowMs += 1000;
      answers[request]?.();
    };
    return { source, answers, answer };
  }

  it('are one scrape, so no answer can overtake another and look like a reset', async () => {
    const { source, answers, answer } = slowTarget();
    const first = source.read();
    answer(0);
    await first;
    const both = [source.read(), source.read()];
    answer(2);
    answer(1);
    const [one, other] = await Promise.all(both);
    expect(other).toBe(one);
    expect(one?.signals.transitions).toMatchObject({ kind: 'value', value: 50 });
    expect(answers).toHaveLength(2);
  });

  it('end apart: who is interrupted leaves, the others get their answer', async () => {
    const { source, answers, answer } = slowTarget();
    const leaving = new AbortController();
    const left = source.read(leaving.signal);
    const staying = source.read();
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'interrupted' });
    answer(0);
    expect((await staying).targets).toHaveLength(1);
    expect(answers).toHaveLength(1);
  });

  it('leave nothing behind once all are interrupted, and the next one asks anew', async () => {
    const { source, answer } = slowTarget();
    const leaving = new AbortController();
    const left = [source.read(leaving.signal), source.read(leaving.signal)];
    leaving.abort();
    for (const read of left) await expect(read).rejects.toMatchObject({ code: 'interrupted' });
    const next = source.read();
    answer(0);
    answer(1);
    expect((await next).signals.transitions).toEqual({ kind: 'none', why: 'needs two scrapes' });
    expect(source.history('transitions')).toHaveLength(1);
  });
});

describe('the history of a scrape', () => {
  it('is bounded and keeps the newest points', async () => {
    const { source, next, clock } = sourceOf([await startTarget()], { historyPoints: 3 });
    for (let scrapes = 0; scrapes < 5; scrapes++) await next(1000);
    const history = source.history('activeGames');
    expect(history.map(({ atMs }) => clock.nowMs - atMs)).toEqual([2000, 1000, 0]);
  });

  it('does not change in the hands of who has asked for it', async () => {
    const { source, next } = sourceOf([await startTarget()], { historyPoints: 2 });
    await next(1000);
    await next(1000);
    const history = source.history('activeGames');
    const seen = structuredClone(history);
    await next(1000);
    expect(history).toEqual(seen);
    expect(source.history('activeGames')).not.toEqual(seen);
  });

  it('holds a gap, not a zero, where there was no data', async () => {
    const { source } = sourceOf([await startTarget()]);
    await source.read();
    expect(source.history('transitions')).toEqual([{ atMs: 1_000_000, value: undefined }]);
  });
});
