import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { Fault } from '../../../src/base/fault.ts';
import { roomsSchema } from '../../../src/platform/schemas.ts';
import { type Attached, attachSandbox } from '../../../src/sandbox/attach.ts';
import { createAttachment } from '../../../src/sandbox/attachment.ts';
import { sandboxCommand, watchProcess } from '../../setup/sandbox.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

/** A hold on nothing, ended by the test. */
function fakeHold(pid: number, servers = ['http://127.0.0.1:1']) {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const seen = { released: false };
  const attached: Attached = {
    ...{ servers, pid, adminToken: 'token', ended },
    setFault: async () => {},
    clearFaults: async () => {},
    release: async () => {
      seen.released = true;
      end();
    },
  };
  return { attached, end, seen };
}

describe('a program that holds its sandbox', () => {
  it('attaches once, until the sandbox is gone', async () => {
    const holds = [fakeHold(1), fakeHold(2)];
    let attempts = 0;
    const attachment = createAttachment(async () => {
      const hold = holds[attempts++];
      if (!hold) throw new Error('no more');
      return hold.attached;
    });
    const pids = await Promise.all([attachment.current(), attachment.current()]);
    expect(pids.map(({ pid }) => pid)).toEqual([1, 1]);
    holds[0]?.end();
    await holds[0]?.attached.ended;
    expect((await attachment.current()).pid).toBe(2);
    expect(attempts).toBe(2);
  });

  it('tries again after a failure', async () => {
    let attempts = 0;
    const attachment = createAttachment(async () => {
      if (attempts++ === 0) throw new Fault('io-failed', 'no space');
      return fakeHold(7).attached;
    });
    await expect(attachment.current()).rejects.toMatchObject({ message: 'no space' });
    expect((await attachment.current()).pid).toBe(7);
  });

  it('says so when the servers are somewhere else now', async () => {
    const [first, moved] = [fakeHold(1), fakeHold(2, ['http://127.0.0.1:2'])];
    const holds = [first, moved];
    const attachment = createAttachment(async () => holds.shift()?.attached ?? Promise.reject());
    await attachment.current();
    first.end();
    await first.attached.ended;
    await expect(attachment.current()).rejects.toMatchObject({ code: 'platform-unreachable' });
    expect(moved.seen.released).toBe(true);
  });

  it('starts none when it has let go', async () => {
    const hold = fakeHold(1);
    let attempts = 0;
    const attachment = createAttachment(async () => {
      attempts++;
      return hold.attached;
    });
    await attachment.current();
    await attachment.release();
    expect(hold.seen.released).toBe(true);
    await expect(attachment.current()).rejects.toMatchObject({ code: 'interrupted' });
    expect(attempts).toBe(1);
  });

  it('does not wait longer than the caller', async () => {
    const attachment = createAttachment(() => new Promise(() => {}));
    const stop = new AbortController();
    const waiting = attachment.current(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('has one that was killed started again by the next call, on the same ports, with its games', async () => {
    const folder = tempFolder();
    const command = sandboxCommand(folder);
    const attachment = createAttachment(() => attachSandbox({ folder, command, clock: systemClock }));
    const first = await attachment.current();
    const isGone = watchProcess(first.pid);
    const [server = ''] = first.servers;
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    await isGone();
    const response = await attachment.fetch(`${server}/api/rooms`, {});
    expect(roomsSchema.parse(await response.json()).rooms.length).toBeGreaterThan(0);
    const second = await attachment.current();
    const isOver = watchProcess(second.pid);
    onTestFinished(() => isOver());
    expect(second.pid).not.toBe(first.pid);
    expect(second.servers).toEqual(first.servers);
    await attachment.release();
  });
});
