import { describe, expect, test } from 'vitest';
import { scans } from '../../../src/backend/intercept.ts';
import { observed } from '../../../src/backend/observed.ts';
import { type Backend, type Observer, type Operation, operations } from '../../../src/backend/port.ts';
import { refuseWrites } from '../../../src/backend/read-only.ts';
import { retryReads } from '../../../src/backend/retry.ts';
import { Fault } from '../../../src/base/fault.ts';
import { stubBackend } from '../../setup/stub-backend.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const all = Object.keys(operations) as Operation[];
const reads = all.filter((operation) => operations[operation] === 'read');
const writes = all.filter((operation) => operations[operation] === 'write');

const unreachable = (retryable = true) => new Fault('backend-unreachable', 'gone', { retryable });

/** Calls it with some arguments; of a scan, what its page was. */
async function call(backend: Backend, operation: Operation, ...args: unknown[]): Promise<unknown> {
  if (operation === 'scan' || operation === 'scanEncoded') {
    let last: unknown;
    for await (const page of backend[operation]?.(...(args as [])) ?? []) last = page;
    return last;
  }
  return (backend[operation] as (...args: unknown[]) => Promise<unknown>)(...args);
}

describe('a read-only backend', () => {
  test.each(writes)('refuses %s, which never reaches the backend', async (operation) => {
    let reached = false;
    const backend = refuseWrites(
      stubBackend(async () => {
        reached = true;
      }),
    );
    await expect(call(backend, operation)).rejects.toMatchObject({ code: 'read-only' });
    expect(reached).toBe(false);
  });

  test.each(reads)('lets %s through as it is', async (operation) => {
    const backend = refuseWrites(stubBackend(async (name, args) => [name, ...args]));
    const args = operation === 'readRecords' ? [['keys'], undefined] : [undefined];
    expect(await call(backend, operation, ...args)).toEqual([operation, ...args]);
  });
});

describe('an observed backend', () => {
  type Event = Parameters<Observer['operation']>[0];

  function observe(answer: () => Promise<unknown>) {
    const events: Event[] = [];
    let nowMs = 0;
    const backend = observed(
      stubBackend(answer),
      { operation: (event) => events.push(event) },
      () => (nowMs += 250),
    );
    return { backend, events };
  }

  test.each(all)('tells of %s how long it took', async (operation) => {
    const { backend, events } = observe(async () => undefined);
    await call(backend, operation);
    expect(events[0]).toEqual({ operation, backend: 'embedded', outcome: 'ok', seconds: 0.25 });
  });

  test.each(all)('tells which fault ended %s, and passes it on', async (operation) => {
    const fault = unreachable();
    const { backend, events } = observe(() => Promise.reject(fault));
    await expect(call(backend, operation)).rejects.toBe(fault);
    expect(events).toEqual([
      { operation, backend: 'embedded', outcome: 'error', error: 'backend-unreachable', seconds: 0.25 },
    ]);
  });

  test('says nothing of a call that its caller broke off', async () => {
    const { backend, events } = observe(() => Promise.reject(new Fault('interrupted', 'Interrupted')));
    await expect(call(backend, 'read')).rejects.toMatchObject({ code: 'interrupted' });
    expect(events).toEqual([]);
  });
});

describe('a backend that retries', () => {
  /** Fails as often as told, then answers. */
  function failing(failures: number, fault = unreachable()) {
    let calls = 0;
    const clock = virtualClock();
    const stub = stubBackend(async () => {
      calls++;
      if (calls <= failures) throw fault;
      return 'answer';
    });
    return { backend: retryReads(stub, { clock, random: () => 1 }), calls: () => calls, clock };
  }

  test.each(reads.filter((operation) => !scans.includes(operation)))('tries %s again', async (operation) => {
    const { backend } = failing(2);
    expect(await call(backend, operation)).toBe('answer');
  });

  test.each([...writes, ...scans])('never tries %s again', async (operation) => {
    const { backend, calls } = failing(1);
    await expect(call(backend, operation)).rejects.toMatchObject({ code: 'backend-unreachable' });
    expect(calls()).toBe(1);
  });

  test('gives up after three calls, with the last fault', async () => {
    const fault = unreachable();
    const { backend, calls } = failing(9, fault);
    await expect(call(backend, 'read')).rejects.toBe(fault);
    expect(calls()).toBe(3);
  });

  test('waits longer each time', async () => {
    const { backend, clock } = failing(2);
    const startMs = clock.now();
    await call(backend, 'read');
    expect(clock.now() - startMs).toBe(50 + 100);
  });

  test('does not try again what waiting cannot help', async () => {
    const { backend, calls } = failing(1, unreachable(false));
    await expect(call(backend, 'read')).rejects.toMatchObject({ code: 'backend-unreachable' });
    expect(calls()).toBe(1);
  });

  test('stops waiting when its caller breaks off', async () => {
    const { backend, calls } = failing(9);
    const abort = new AbortController();
    const read = call(backend, 'ping', abort.signal);
    abort.abort();
    await expect(read).rejects.toMatchObject({ code: 'interrupted' });
    expect(calls()).toBe(1);
  });
});
