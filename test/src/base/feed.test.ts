import { describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { Fault } from '../../../src/base/fault.ts';
import { createFeed } from '../../../src/base/feed.ts';

/** Lets every promise that is ready run. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

/** A clock whose sleepers wake only when the test says so. */
function handClock() {
  let now = 1_000;
  let sleepers: { wakeAtMs: number; wake: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ wakeAtMs: now + ms, wake: resolve });
        signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
      }),
  };
  const advance = async (ms: number) => {
    now += ms;
    const due = sleepers.filter(({ wakeAtMs }) => wakeAtMs <= now);
    sleepers = sleepers.filter(({ wakeAtMs }) => wakeAtMs > now);
    for (const { wake } of due) wake();
    await settle();
  };
  return { clock, advance };
}

describe('a feed', () => {
  it('says nothing before its first read has ended', () => {
    const { clock } = handClock();
    const feed = createFeed({ name: 'x', intervalMs: 1_000, clock, read: async () => 1 });
    expect(feed.state()).toEqual({ latest: undefined, last: undefined });
  });

  it('reads while somebody watches, and stops with the last one', async () => {
    const { clock, advance } = handClock();
    const read = vi.fn(async () => read.mock.calls.length);
    const feed = createFeed({ name: 'x', intervalMs: 1_000, clock, read });
    const leave = feed.subscribe(() => {});
    await settle();
    await advance(1_000);
    expect(read).toHaveBeenCalledTimes(2);
    leave();
    await advance(5_000);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('keeps the old value with its time when a read fails', async () => {
    const { clock, advance } = handClock();
    const fault = new Fault('backend-unreachable', 'gone');
    let fails = false;
    const read = async () => {
      if (fails) throw fault;
      return 7;
    };
    const feed = createFeed({ name: 'x', intervalMs: 1_000, clock, read });
    feed.subscribe(() => {});
    await settle();
    fails = true;
    await advance(1_000);
    expect(feed.state().latest).toEqual({ kind: 'failed', fault, atMs: 2_000 });
    expect(feed.state().last).toEqual({ kind: 'value', value: 7, atMs: 1_000 });
  });

  it('never overlaps reads', async () => {
    const { clock } = handClock();
    let open = 0;
    let most = 0;
    const read = async () => {
      open += 1;
      most = Math.max(most, open);
      await settle();
      open -= 1;
    };
    const feed = createFeed({ name: 'x', intervalMs: 1_000, clock, read });
    await Promise.all([feed.refresh(), feed.refresh(), feed.refresh()]);
    expect(most).toBe(1);
  });

  it('keeps its pace however long a read takes', async () => {
    const { clock, advance } = handClock();
    const starts: number[] = [];
    const read = async () => {
      starts.push(clock.now());
      await clock.sleep(300);
    };
    createFeed({ name: 'x', intervalMs: 1_000, clock, read }).subscribe(() => {});
    for (let step = 0; step < 30; step++) await advance(100);
    expect(starts).toEqual([1_000, 2_000, 3_000, 4_000]);
  });

  it('hands out the same state object until something changes', async () => {
    const { clock } = handClock();
    const feed = createFeed({ name: 'x', intervalMs: 1_000, clock, read: async () => 1 });
    expect(feed.state()).toBe(feed.state());
    const before = feed.state();
    await feed.refresh();
    expect(feed.state()).not.toBe(before);
  });
});
