import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createPlatformClient } from '../../../src/platform/client.ts';
import { attachSandbox } from '../../../src/sandbox/attach.ts';
import { sandboxPaths } from '../../../src/sandbox/paths.ts';
import { writePorts } from '../../../src/sandbox/port-file.ts';
import { resetSandbox } from '../../../src/sandbox/reset.ts';
import { listenOnLoopback } from '../../../src/sandbox/router.ts';
import { holdSandbox, sandboxCommand, watchProcess } from '../../setup/sandbox.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

const slow = { timeout: 30_000 };

/** A console in a process group of its own, as a terminal would start it. */
async function startConsole(folder: string) {
  const program = fileURLToPath(new URL('../../setup/sandbox-holder.ts', import.meta.url));
  const child = spawn(process.execPath, [program, folder, ...sandboxCommand(folder)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await child.stdout.take(1).toArray();
  // Holds: a child that printed has a pid.
  return { pid: child.pid as number, sandboxPid: Number(line) };
}

const roomIds = async (servers: readonly string[]) =>
  (await createPlatformClient({ servers, timeoutMs: 5000 }).rooms()).flatMap((answer) =>
    'value' in answer ? answer.value.map(({ id }) => id) : [],
  );

describe('the life of the sandbox', slow, () => {
  it('ends after its last holder has released it, and takes its announcement along', async () => {
    const folder = tempFolder();
    const attached = await holdSandbox(folder, { graceMs: 2000 });
    const hasEnded = watchProcess(attached.pid);
    expect(existsSync(sandboxPaths(folder).announcement)).toBe(true);
    await attached.release();
    await hasEnded();
    expect(existsSync(sandboxPaths(folder).announcement)).toBe(false);
    expect(readFileSync(sandboxPaths(folder).log, 'utf8')).toBe('');
  });

  it('is one for all who attach, also at the same moment, and lasts as long as one of them', async () => {
    const folder = tempFolder();
    const [one, other] = await Promise.all([holdSandbox(folder), holdSandbox(folder)]);
    expect(other.pid).toBe(one.pid);
    await one.release();
    // Longer than it would wait for another holder.
    await systemClock.sleep(1000);
    const [health] = await createPlatformClient({ servers: other.servers, timeoutMs: 2000 }).health();
    expect(health).toHaveProperty('value');
  });

  it.each(['SIGKILL', 'SIGHUP'] as const)('leaves no process after %s of the console', async (signal) => {
    const { pid, sandboxPid } = await startConsole(tempFolder());
    const hasEnded = watchProcess(sandboxPid);
    process.kill(-pid, signal);
    await hasEnded();
  });

  it('ends in time though its storage hangs', async () => {
    const attached = await holdSandbox();
    const hasEnded = watchProcess(attached.pid);
    await attached.setFault({ fault: 'slow-storage', delayMs: 60_000 });
    await systemClock.sleep(500);
    await attached.release();
    await hasEnded();
  });

  it('ends when nobody attaches to it', async () => {
    const folder = tempFolder();
    const [program = '', ...args] = sandboxCommand(folder, { firstLeaseMs: 200 });
    const child = spawn(program, args, { stdio: 'inherit' });
    await watchProcess(child.pid as number)();
  });

  it('is started again in place of one that was killed, with the games it had', async () => {
    const folder = tempFolder();
    const killed = await holdSandbox(folder);
    const before = await roomIds(killed.servers);
    process.kill(killed.pid, 'SIGKILL');
    const next = await holdSandbox(folder);
    expect(next.pid).not.toBe(killed.pid);
    const after = new Set(await roomIds(next.servers));
    const resumed = before.filter((id) => after.has(id));
    expect(resumed.length).toBeGreaterThan(before.length * 0.8);
  });

  it('tells its holders when it was killed, and not before', async () => {
    const folder = tempFolder();
    const attached = await holdSandbox(folder);
    let ended = false;
    void attached.ended.then(() => {
      ended = true;
    });
    expect(await roomIds(attached.servers)).not.toEqual([]);
    expect(ended).toBe(false);
    process.kill(attached.pid, 'SIGKILL');
    await attached.ended;
  });

  it('tells a holder that has released it the same', async () => {
    const attached = await holdSandbox();
    await attached.release();
    await attached.ended;
  });

  it('has its servers at the same addresses again, so that a plan still finds them', async () => {
    const folder = tempFolder();
    const first = await holdSandbox(folder);
    const hasEnded = watchProcess(first.pid);
    await first.release();
    await hasEnded();
    expect((await holdSandbox(folder)).servers).toEqual(first.servers);
  });

  it('takes another port where its old one is taken', async () => {
    const folder = tempFolder();
    const squatter = createServer();
    onTestFinished(() => void squatter.close());
    const taken = await listenOnLoopback(squatter);
    writePorts(sandboxPaths(folder).ports, [taken]);
    const { servers } = await holdSandbox(folder);
    expect(new Set(servers).size).toBe(2);
    expect(servers).not.toContain(`http://127.0.0.1:${taken}`);
  });

  it('is not taken for alive by an announcement that only looks so', async () => {
    const folder = tempFolder();
    const announcement = { version: 1, port: 1, token: 'x', servers: ['http://127.0.0.1:1'] };
    // This very process, but as if started at another time.
    writeFileSync(
      sandboxPaths(folder).announcement,
      JSON.stringify({ ...announcement, pid: process.pid, startTime: '1' }),
    );
    expect((await holdSandbox(folder)).pid).not.toBe(process.pid);
  });

  it('is replaced when its announcement cannot be read', async () => {
    const folder = tempFolder();
    writeFileSync(sandboxPaths(folder).announcement, '{"version": 1, "pid":');
    expect((await holdSandbox(folder)).servers).toHaveLength(2);
  });

  it('says why it does not start', async () => {
    const folder = tempFolder();
    const command = [process.execPath, '-e', 'throw new Error("no room left")'];
    await expect(attachSandbox({ folder, command, clock: systemClock })).rejects.toMatchObject({
      code: 'io-failed',
      message: expect.stringContaining('no room left'),
    });
  });

  it('says which folder it cannot write, and what to do', async () => {
    const file = join(tempFolder(), 'not-a-folder');
    writeFileSync(file, '');
    const folder = join(file, 'sandbox');
    await expect(attachSandbox({ folder, command: ['true'], clock: systemClock })).rejects.toMatchObject({
      code: 'io-failed',
      message: expect.stringContaining(folder),
      next: expect.stringContaining('GAMEKEEPER_STATE_DIR'),
    });
  });

  it('outlives the signal that it was attached with', async () => {
    const folder = tempFolder();
    const abort = new AbortController();
    const options = { folder, command: sandboxCommand(folder), clock: systemClock };
    const attached = await attachSandbox(options, abort.signal);
    onTestFinished(() => attached.release());
    abort.abort();
    await systemClock.sleep(1000);
    expect(await roomIds(attached.servers)).not.toEqual([]);
  });

  it('can be given up while it starts', async () => {
    const folder = tempFolder();
    const command = [process.execPath, '-e', 'setTimeout(() => {}, 1000)'];
    const attaching = attachSandbox({ folder, command, clock: systemClock }, AbortSignal.timeout(100));
    await expect(attaching).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('a reset of the sandbox', slow, () => {
  it('is refused while it runs, and leaves nothing of it afterwards', async () => {
    const folder = tempFolder();
    const attached = await holdSandbox(folder);
    const before = await roomIds(attached.servers);
    await expect(resetSandbox(folder)).rejects.toMatchObject({ code: 'locked' });
    const hasEnded = watchProcess(attached.pid);
    await attached.release();
    await hasEnded();
    await resetSandbox(folder);
    const fresh = await roomIds((await holdSandbox(folder)).servers);
    expect(fresh.filter((id) => before.includes(id))).toEqual([]);
  });

  it('of one that never was does nothing', async () => {
    const folder = tempFolder();
    rmSync(folder, { recursive: true });
    await expect(resetSandbox(folder)).resolves.toBeUndefined();
  });
});
