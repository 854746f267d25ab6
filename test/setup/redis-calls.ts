/** What tests of Redis do over and over. */
import { inspect } from 'node:util';
import { onTestFinished } from 'vitest';
import type { Append, Backend } from '../../src/backend/port.ts';
import { Fault } from '../../src/base/fault.ts';
import { openTestRedis } from './open-redis.ts';
import { startRedis, type TestRedis } from './redis.ts';

/** Stopped with the test. */
export async function serveRedis(options?: Parameters<typeof startRedis>[0]): Promise<TestRedis> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

/** Closed with the test. */
export function connectRedis(...args: Parameters<typeof openTestRedis>): Backend {
  const backend = openTestRedis(...args);
  onTestFinished(() => backend.close());
  return backend;
}

export async function faultOf(call: Promise<unknown>): Promise<Fault> {
  const thrown = await call.then(
    (value) => `the answer ${inspect(value)}`,
    (error: unknown) => error,
  );
  if (thrown instanceof Fault) return thrown;
  throw new Error(`Expected a Fault, got ${inspect(thrown)}`);
}

export async function scannedIds(backend: Backend): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of backend.scan()) ids.push(...page.map(({ id }) => id));
  return ids.sort();
}

export const appendOn = (expectedRevision: number): Append => ({
  expectedRevision,
  phase: 'TURN',
  atMs: 1_000 + expectedRevision,
  event: Buffer.from(`event ${expectedRevision + 1}`),
});
