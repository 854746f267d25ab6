import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { holdStorage, type LockPlace } from '../../../src/action/storage-lock.ts';
import type { LockChange } from '../../../src/backend/port.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { Fault } from '../../../src/base/fault.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const holderOf = (run: number, pid = process.pid) => ({
  pid,
  user: 'bo',
  host: 'bastion',
  sinceMs: 0,
  what: `run ${run}`,
});

async function hold(place: LockPlace, run: number, clock?: Clock, pid?: number) {
  const held = await holdStorage(place, 'games', holderOf(run, pid), clock);
  onTestFinished(() => held.release());
  return held;
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  if (child.pid === undefined) throw new Error('It did not start');
  return child.pid;
}

/** @param before runs before each change, and may fail */
function watched(clock: Clock, before: (change: LockChange) => void | Promise<void> = () => {}) {
  const backend = recordBackend(clock);
  const place: LockPlace = {
    location: 'memory',
    async changeLock(change) {
      await before(change);
      return backend.changeLock(change);
    },
  };
  return { backend, place };
}

test('one run has the storage at a time, and the other hears who and what', async () => {
  const backend = recordBackend(virtualClock());
  const first = await hold(backend, 1);
  await expect(hold(backend, 2)).rejects.toMatchObject({
    code: 'locked',
    message: expect.stringMatching(/^games is locked by bo \(process \d+ on bastion\) since .*: run 1$/),
  });
  await first.release();
  await hold(backend, 3);
});

test('a dead process of this machine has it no more', async () => {
  const backend = recordBackend(virtualClock());
  await holdStorage(backend, 'games', holderOf(1, await deadPid()));
  await hold(backend, 2);
});

test('of a process of another machine nobody knows whether it is dead, so its lock ends by itself', async () => {
  const clock = virtualClock();
  const backend = recordBackend(clock);
  const theirs = JSON.stringify({ ...holderOf(1, await deadPid()), machine: 'another' });
  await backend.changeLock({ from: undefined, to: theirs, leaseMs: 90_000 });
  await expect(hold(backend, 2)).rejects.toMatchObject({ code: 'locked' });
  clock.advance(90_000);
  await hold(backend, 2);
});

test('it is renewed for as long as it takes', async () => {
  const clock = virtualClock();
  let renewals = 0;
  const { place } = watched(clock, ({ from, to }) => {
    if (from === to) renewals++;
  });
  const { lost } = await hold(place, 1, clock);
  await vi.waitFor(() => expect(renewals).toBeGreaterThan(100));
  await expect(hold(place, 2, clock)).rejects.toMatchObject({ code: 'locked' });
  expect(lost.aborted).toBe(false);
});

test('who finds another run in its place is told at once', async () => {
  const clock = virtualClock();
  const { backend, place } = watched(clock, async ({ from, to }) => {
    if (from !== to) return;
    const theirs = JSON.stringify(holderOf(2));
    await backend.changeLock({ from, to: theirs, leaseMs: 90_000 });
  });
  const { lost } = await hold(place, 1, clock);
  await vi.waitFor(() => expect(lost.aborted).toBe(true));
  expect(lost.reason).toMatchObject({
    code: 'locked',
    message: expect.stringMatching(/^The lock of memory was lost: it is held by bo \(.*\) since .*: run 2$/),
  });
});

test('that it ended, or was removed, is told as that', async () => {
  const clock = virtualClock();
  const { backend, place } = watched(clock, async ({ from, to, leaseMs }) => {
    if (from === to) await backend.changeLock({ from, to: undefined, leaseMs });
  });
  const { lost } = await hold(place, 1, clock);
  await vi.waitFor(() => expect(lost.aborted).toBe(true));
  expect(lost.reason).toMatchObject({
    code: 'locked',
    message: 'The lock of memory was lost: nobody has it any more',
  });
});

test.each([
  [
    'refuses',
    () => {
      throw new Fault('backend-unreachable', 'gone');
    },
    'gone',
  ],
  ['never answers', () => new Promise<void>(() => {}), 'it did not answer'],
])('it is lost before others may have it where the storage %s', async (_, fail, why) => {
  const clock = virtualClock();
  const startedAtMs = clock.now();
  const { place } = watched(clock, ({ from, to }) => (from === to ? fail() : undefined));
  const { lost } = await hold(place, 1, clock);
  const lostAtMs = await new Promise((resolve) =>
    lost.addEventListener('abort', () => resolve(clock.now() - startedAtMs)),
  );
  expect(lostAtMs).toBeLessThan(60_000);
  expect(lost.reason).toMatchObject({
    code: 'backend-failed',
    message: `The lock of memory was lost: ${why}`,
  });
});

test('a storage that is gone for a moment costs nobody the lock', async () => {
  const clock = virtualClock();
  let [failures, renewals] = [0, 0];
  const { place } = watched(clock, ({ from, to }) => {
    if (from !== to) return;
    if (failures++ < 5) throw new Fault('backend-unreachable', 'gone');
    renewals++;
  });
  const { lost } = await hold(place, 1, clock);
  await vi.waitFor(() => expect(renewals).toBeGreaterThan(2));
  expect(lost.aborted).toBe(false);
});
