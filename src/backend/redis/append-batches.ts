/**
 * Appends that are asked for at one moment share a script call: that costs both sides more than what an append does.
 * Each is still one step of its own, and fails on its own.
 */
import type { Redis } from 'ioredis';
import type { AppendReply, Argument } from './scripts.ts';

/** Sends what becomes one `gkAppend`. @param argv what the script takes for one game */
export type SendAppend = (redis: Redis, key: string, argv: readonly Argument[]) => Promise<AppendReply>;

interface Waiting {
  readonly key: string;
  readonly argv: readonly Argument[];
  resolve(reply: AppendReply): void;
  reject(reason: unknown): void;
}

/** So few that the server is at work while the next are made ready. */
const mostTogether = 16;

/** For servers whose keys belong to one slot each: no script may take two. */
export const appendAlone: SendAppend = (redis, key, argv) =>
  new Promise((resolve, reject) => void send(redis, [{ key, argv, resolve, reject }]));

export function appendTogether(): SendAppend {
  const open = new WeakMap<Redis, Waiting[]>();

  const close = (redis: Redis, batch: readonly Waiting[]) => {
    if (open.get(redis) !== batch) return;
    open.delete(redis);
    void send(redis, batch);
  };

  return (redis, key, argv) =>
    new Promise((resolve, reject) => {
      const batch = open.get(redis) ?? [];
      batch.push({ key, argv, resolve, reject });
      if (batch.length === mostTogether) close(redis, batch);
      else if (batch.length === 1) {
        open.set(redis, batch);
        process.nextTick(close, redis, batch);
      }
    });
}

const isDone = (reply: AppendReply | Error | undefined): reply is AppendReply => Array.isArray(reply);

async function send(redis: Redis, batch: readonly Waiting[]): Promise<void> {
  try {
    const keys = batch.map(({ key }) => key);
    const argv = batch.flatMap((one) => [one.argv.length, ...one.argv]);
    const replies = await redis.gkAppend(batch.length, ...keys, ...argv);
    for (const [index, { resolve, reject }] of batch.entries()) {
      const reply = replies[index];
      if (isDone(reply)) resolve(reply);
      else reject(reply);
    }
  } catch (thrown) {
    for (const { reject } of batch) reject(thrown);
  }
}
