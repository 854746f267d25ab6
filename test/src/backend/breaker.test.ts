import { isBrokenCircuitError } from 'cockatiel';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { withBreaker } from '../../../src/backend/breaker.ts';
import { observed } from '../../../src/backend/observed.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { Fault, type FaultCode } from '../../../src/base/fault.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { stubBackend } from '../../setup/stub-backend.ts';

const id = parseGameId('a');
const append = { expectedRevision: 0, phase: 'TURN', atMs: 1, event: Buffer.of(1) } as const;
const startMs = Date.UTC(2026, 10, 23, 3);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: startMs });
  onTestFinished(() => void vi.useRealTimers());
});

/** A backend whose calls end as the test says. */
function setup() {
  let answer: () => Promise<unknown> = async () => undefined;
  let calls = 0;
  const backend = stubBackend(() => {
    calls++;
    return answer();
  });
  const guarded = withBreaker(backend, systemClock);
  return {
    guarded,
    calls: () => calls,
    answers: () => {
      answer = async () => undefined;
    },
    fails: (code: FaultCode) => {
      answer = () => Promise.reject(new Fault(code, 'told to fail'));
    },
    async call(times = 1) {
      for (let n = 0; n < times; n++) await guarded.read(id).catch(() => {});
    },
  };
}

test('it opens after five failures in a row and lets nothing through', async () => {
  const { guarded, fails, call, calls } = setup();
  fails('backend-unreachable');
  await call(4);
  expect(guarded.breaker.state()).toEqual({ state: 'closed', changedAtMs: startMs });
  vi.setSystemTime(startMs + 1_000);
  await call();
  expect(guarded.breaker.state()).toEqual({ state: 'open', changedAtMs: startMs + 1_000 });

  const fault = await guarded.append(id, append).catch((thrown) => thrown);
  expect(calls()).toBe(5);
  expect(fault).toMatchObject({
    code: 'backend-unreachable',
    message: expect.stringContaining('open since 2026-11-23T03:00:01.000Z'),
  });
  expect(isBrokenCircuitError(fault.cause)).toBe(true);
});

test('a success in between starts the count again', async () => {
  const { guarded, answers, fails, call } = setup();
  fails('backend-failed');
  await call(4);
  answers();
  await call();
  fails('backend-denied');
  await call(4);
  expect(guarded.breaker.state().state).toBe('closed');
});

test.each(['interrupted', 'wrong-use', 'game-invalid', 'refused'] as const)(
  '%s does not count',
  async (code) => {
    const { guarded, fails, call } = setup();
    fails(code);
    await call(20);
    expect(guarded.breaker.state().state).toBe('closed');
  },
);

test('after thirty seconds one call tries again, and closes it when it succeeds', async () => {
  const { guarded, answers, fails, call, calls } = setup();
  fails('backend-unreachable');
  await call(5);
  answers();
  vi.setSystemTime(startMs + 29_999);
  await call();
  expect(calls()).toBe(5);
  vi.setSystemTime(startMs + 30_000);
  await call();
  expect(calls()).toBe(6);
  expect(guarded.breaker.state()).toEqual({ state: 'closed', changedAtMs: startMs + 30_000 });
});

test.each(['backend-unreachable', 'interrupted', 'wrong-use'] as const)(
  'a try that ends with %s leaves it open, since the same time',
  async (code) => {
    const { guarded, fails, call } = setup();
    fails('backend-unreachable');
    await call(5);
    vi.setSystemTime(startMs + 30_000);
    fails(code);
    await call();
    expect(guarded.breaker.state()).toEqual({ state: 'open', changedAtMs: startMs });
  },
);

test('listeners hear each change until they leave', async () => {
  const { guarded, answers, fails, call } = setup();
  const heard: string[] = [];
  const leave = guarded.breaker.onChange(({ state }) => heard.push(state));
  fails('backend-unreachable');
  await call(5);
  vi.setSystemTime(startMs + 30_000);
  answers();
  await call();
  leave();
  fails('backend-unreachable');
  await call(5);
  expect(heard).toEqual(['open', 'half_open', 'closed']);
});

test('inside an observer, calls that it refuses count as errors', async () => {
  const { guarded, fails, call } = setup();
  fails('backend-unreachable');
  await call(5);
  const outcomes: string[] = [];
  const watched = observed(guarded, { operation: ({ outcome }) => outcomes.push(outcome) });
  await expect(watched.read(id)).rejects.toThrow('breaker');
  expect(outcomes).toEqual(['error']);
});
