import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Confirmed } from '../../../src/action/plan.ts';
import { createRunner } from '../../../src/action/run.ts';
import { holdStorage, type LockPlace } from '../../../src/action/storage-lock.ts';
import { refuseWrites } from '../../../src/backend/read-only.ts';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { Fault, type FaultCode } from '../../../src/base/fault.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { interruptible } from '../../../src/base/interruptible.ts';
import { asPrimary } from '../../../src/compose/from-primary.ts';
import { gameRecord } from '../../setup/archived-records.ts';
import { backupFolder, backupWorld } from '../../setup/backup-world.ts';
import { silent } from '../../setup/counter-action.ts';
import { noisyGames } from '../../setup/noisy-games.ts';
import { openAddress } from '../../setup/open-address.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { startRedis, type TestRedis } from '../../setup/redis.ts';
import { restoreWorld } from '../../setup/restore-world.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const games = Array.from({ length: 40 }, (_, n) => gameRecord({ id: `game-${n}` }));

const never = () => new AbortController().signal;

/** Its locks are held as the test wants. */
const runnerOf = (options: { clock: Clock; stateDir: string; hold: typeof holdStorage }) =>
  createRunner({
    ...options,
    ...{
      environment: 'staging',
      simulated: false,
      actor: { user: 'ana', host: 'bastion' },
      random: randomHex,
    },
  });

describe('backups and restores of one Redis', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis({
      user: 'reader on >secret ~* +@read +@scripting',
      args: ['--repl-diskless-sync-delay', '0'],
    });
  });
  afterAll(() => server.stop());

  /** A machine, user and environment of its own. */
  function worldAt(url: string, environment: string) {
    const backend = asPrimary(openAddress(url));
    onTestFinished(() => backend.close());
    return { backend, ...backupWorld({ backend, clock: systemClock, stateDir: tempFolder(), environment }) };
  }
  const nameless = () => server.url.replace('127.0.0.1', 'localhost');

  test('exclude one another by any name, from any environment and state folder', async () => {
    const one = worldAt(server.url, 'staging');
    for (const game of games) await one.backend.replaceRecord(game, 'absent');
    const other = worldAt(nameless(), 'dev');
    await other.backUp('before');
    const plan = await other.runner.prepare(other.restore, { archive: 'before', onExisting: 'overwrite' });
    let refused: unknown;
    const began = one.files.create;
    one.files.create = async (path) => {
      refused ??= await other.apply(other.restore, plan).catch((fault: unknown) => fault);
      return began(path);
    };
    expect(await one.backUp('a')).toMatchObject({ outcome: 'done' });
    expect(refused).toMatchObject({
      code: 'locked',
      message: expect.stringMatching(/^The archiving .* to archive a$/),
    });
    expect(await other.apply(other.restore, plan)).toMatchObject({ outcome: 'done' });
  });

  test('go without, and say so beforehand, where this user may not write', async () => {
    const reader = worldAt(server.url.replace('redis://', 'redis://reader:secret@'), 'staging');
    const plan = await reader.runner.prepare(reader.create, { name: 'r', includeCompleted: true });
    expect(plan.unverified).toContainEqual(
      expect.stringMatching(/^Whether another user, .* meanwhile: .*NOPERM/),
    );
    expect(await reader.apply(reader.create, plan)).toMatchObject({ outcome: 'done' });
  });

  test('go without, and say so beforehand, where this is a replica', async () => {
    const master = new URL(server.url);
    const replica = await startRedis({ args: ['--replicaof', `${master.hostname} ${master.port}`] });
    onTestFinished(() => replica.stop());
    const reader = worldAt(replica.url, 'staging');
    await worldAt(server.url, 'staging').backend.replaceRecord(gameRecord({ id: 'copied' }), 'absent');
    const key = { id: 'copied', layout: 'current' } as const;
    await vi.waitFor(
      async () => expect(await reader.backend.readRecords([key])).toMatchObject([{ kind: 'record' }]),
      {
        timeout: 10_000,
      },
    );
    const plan = await reader.runner.prepare(reader.create, { name: 'r', includeCompleted: true });
    expect(plan.unverified).toContainEqual(expect.stringMatching(/meanwhile: .*is a replica/));
    expect(await reader.apply(reader.create, plan)).toMatchObject({ outcome: 'done' });
  });

  test('are not planned while it refuses to write for now only, as a backup may be running', async () => {
    const { backend, runner, create } = worldAt(server.url, 'staging');
    const admin = new Redis(server.url);
    await admin.config('SET', 'min-replicas-to-write', '9');
    onTestFinished(async () => {
      await admin.config('SET', 'min-replicas-to-write', '0');
      admin.disconnect();
    });
    await backend.ping();
    await expect(runner.prepare(create, { name: 'n', includeCompleted: true })).rejects.toMatchObject({
      code: 'backend-failed',
      message: expect.stringMatching(/^Other runs cannot be excluded now: .*NOREPLICAS/),
      next: expect.stringContaining('--read-only'),
    });
  });
});

describe('a plan that was to go without the lock', () => {
  async function planned() {
    const clock = virtualClock();
    const backend = recordBackend(clock, games);
    const { changeLock } = backend;
    const refuse = (code: FaultCode) => {
      backend.changeLock = () => Promise.reject(new Fault(code, 'not now'));
    };
    const world = backupWorld({ backend, clock, stateDir: tempFolder() });
    refuse('backend-denied');
    const plan = await world.runner.prepare(world.create, { name: 'a', includeCompleted: true });
    expect(plan.unverified).toContainEqual(expect.stringMatching(/meanwhile: not now$/));
    return { refuse, apply: () => world.apply(world.create, plan), backend, changeLock };
  }

  test('takes it where it can by then, and is refused by whoever has it', async () => {
    const { apply, backend, changeLock } = await planned();
    backend.changeLock = changeLock;
    await changeLock({ from: undefined, to: 'somebody', leaseMs: 90_000 });
    await expect(apply()).rejects.toMatchObject({ code: 'locked' });
    await changeLock({ from: 'somebody', to: undefined, leaseMs: 0 });
    expect(await apply()).toMatchObject({ outcome: 'done' });
  });

  test('does not run while nobody knows whether it could', async () => {
    const { apply, refuse } = await planned();
    refuse('backend-failed');
    await expect(apply()).rejects.toMatchObject({ message: expect.stringContaining('not now') });
    refuse('backend-denied');
    expect(await apply()).toMatchObject({ outcome: 'done' });
  });
});

test('an interruption is heard while the storage does not say whether it holds the lock', async () => {
  const clock = virtualClock();
  const backend = recordBackend(clock, games);
  const { runner, create, apply } = backupWorld({ backend, clock, stateDir: tempFolder() });
  const plan = await runner.prepare(create, { name: 'a', includeCompleted: true });
  const interruption = new AbortController();
  backend.changeLock = (_, signal) => {
    queueMicrotask(() => interruption.abort());
    return interruptible(() => new Promise<never>(() => {}), signal);
  };
  await expect(apply(create, plan, interruption.signal)).rejects.toMatchObject({ code: 'interrupted' });
});

test('a session that may only read makes backups, and says what it cannot exclude', async () => {
  const clock = virtualClock();
  const backend = asPrimary(refuseWrites(recordBackend(clock, games)));
  const { runner, create, apply } = backupWorld({ backend, clock, stateDir: tempFolder() });
  const plan = await runner.prepare(create, { name: 'a', includeCompleted: true });
  expect(plan.unverified).toContainEqual(expect.stringMatching(/changeLock was refused/));
  expect(await apply(create, plan)).toMatchObject({ outcome: 'done' });
});

test('a backup that loses the lock says so, also where it waits for its pace', async () => {
  const lost = new AbortController();
  const clock: Clock = {
    now: systemClock.now,
    sleep(ms, signal) {
      const slept = systemClock.sleep(ms, signal);
      lost.abort(new Fault('locked', 'The lock was lost'));
      return slept;
    },
  };
  const [backend, stateDir] = [recordBackend(clock, games), tempFolder()];
  const { create } = backupWorld({ backend, clock, stateDir });
  const runner = runnerOf({
    clock,
    stateDir,
    hold: async () => ({ lost: lost.signal, release: async () => {} }),
  });
  const plan = await runner.prepare(create, { name: 'a', includeCompleted: true, gamesPerSecond: 1 });
  const report = await runner.apply(create, Confirmed.byTyping(plan, 'staging'), silent, never());
  expect(report.outcome).toBe('failed');
  expect(report.steps[0]?.state).toMatchObject({ fault: { code: 'locked', message: 'The lock was lost' } });
});

test('a backup of a storage that hangs until the lock is lost keeps what it had read, to go on with', async () => {
  const [clock, stateDir] = [virtualClock(), tempFolder()];
  const stored = noisyGames(2600);
  const backend = recordBackend(clock, stored);
  const { changeLock, readRecords } = backend;
  let left = 2400;
  const orHang = <T>(work: () => Promise<T>, signal?: AbortSignal) =>
    interruptible(() => (left > 0 ? work() : new Promise<never>(() => {})), signal);
  backend.changeLock = (change, signal) => orHang(() => changeLock(change), signal);
  backend.readRecords = (keys, signal) => {
    left -= keys.length;
    return orHang(() => readRecords(keys), signal);
  };
  const { create, files, apply } = backupWorld({ backend, clock, stateDir });
  const hold: typeof holdStorage = async (place, key, holder) => {
    const held = await holdStorage(place, key, holder, clock);
    // It would wait for an answer.
    return { ...held, release: async () => {} };
  };
  const runner = runnerOf({ clock, stateDir, hold });
  const plan = await runner.prepare(create, { name: 'a', includeCompleted: true });
  const report = await runner.apply(create, Confirmed.byTyping(plan, 'staging'), silent, never());
  expect(report.steps[0]?.state).toMatchObject({
    fault: {
      message: 'The lock of memory was lost: it did not answer',
      next: expect.stringContaining('backup create --resume --name a goes on with what was read'),
    },
  });
  expect(await files.list(backupFolder)).toEqual([expect.stringMatching(/\.part$/)]);
  Object.assign(backend, { changeLock, readRecords });
  clock.advance(90_000);
  const rest = await runner.prepare(create, { name: 'a', includeCompleted: true, resume: true });
  expect(await apply(create, rest)).toMatchObject({ outcome: 'done' });
});

test('a backup whose lock another run has taken keeps nothing to go on with: it may have read beneath that', async () => {
  const [clock, stateDir] = [virtualClock(), tempFolder()];
  const backend = recordBackend(clock, noisyGames(2600));
  const lost = new AbortController();
  let left = 2400;
  backend.beforeRead = (keys) => {
    left -= keys.length;
    if (left < 0) lost.abort(new Fault('locked', 'It is held by bo'));
  };
  const { create, files } = backupWorld({ backend, clock, stateDir });
  const hold = async () => ({ lost: lost.signal, release: async () => {} });
  const runner = runnerOf({ clock, stateDir, hold });
  const plan = await runner.prepare(create, { name: 'a', includeCompleted: true });
  const report = await runner.apply(create, Confirmed.byTyping(plan, 'staging'), silent, never());
  expect(report.steps[0]?.state).toMatchObject({ fault: { code: 'locked' } });
  expect(await files.list(backupFolder)).toEqual([]);
});

test('a restore that loses the lock writes nothing more, and has not been interrupted', async () => {
  const { backend, clock, stateDir, restore, plan: makePlan } = await restoreWorld(games, []);
  const plan = await makePlan();
  const lost = new AbortController();
  const hold = async (_: LockPlace) => ({ lost: lost.signal, release: async () => {} });
  const runner = runnerOf({ clock, stateDir, hold });
  backend.writes.length = 0;
  backend.beforeWrite = () => lost.abort(new Fault('locked', 'The lock was lost'));
  const report = await runner.apply(restore, Confirmed.byTyping(plan, 'staging'), silent, never());
  expect(backend.writes.length).toBeLessThan(games.length);
  expect(report.outcome).toBe('partial');
  expect(report.steps[1]?.state).toMatchObject({
    fault: { message: expect.stringContaining('stopped: The lock was lost') },
  });
});
