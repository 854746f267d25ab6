import type { Redis } from 'ioredis';
import type { Clock } from '../../base/clock.ts';
import { interruptible } from '../../base/interruptible.ts';
import { createPhaseTally } from '../phase-tally.ts';
import type { Census } from '../port.ts';
import { isNotPermitted } from './faults.ts';
import { numberIn } from './info.ts';
import { type FoundKey, foundKeys, scanKeys } from './scan.ts';
import type { Servers } from './servers.ts';

type Memory = Pick<Census, 'usedBytes' | 'limitBytes'>;

/** Works half of the time and rests half of it, so that games go on at their speed. */
export async function takeCensus(servers: Servers, clock: Clock, signal?: AbortSignal): Promise<Census> {
  const memory = sumOf((await servers.each(readMemory)).map(({ answer }) => answer));
  const tally = createPhaseTally();
  let snapshots = 0;
  let startedAtMs = clock.now();
  for await (const page of scanKeys(servers, signal)) {
    snapshots += await interruptible(() => countPage(servers, page, tally), signal);
    await clock.sleep(clock.now() - startedAtMs, signal);
    startedAtMs = clock.now();
  }
  return { atMs: clock.now(), games: tally.list(), snapshots, ...memory };
}

const sampledKeys = 3_000;

/** SCAN goes by the hashes of keys, so its first pages are as good a sample as any. Few keys are all counted. */
export async function takeRoughCensus(servers: Servers, clock: Clock, signal?: AbortSignal): Promise<Census> {
  const memory = sumOf((await servers.each(readMemory)).map(({ answer }) => answer));
  const sizes = await servers.each((redis) => redis.dbsize());
  const allKeys = sizes.reduce((sum, { answer }) => sum + answer, 0);
  const tally = createPhaseTally();
  const pages = servers.keys('*');
  let [snapshots, seen, isWhole] = [0, 0, false];
  while (seen < sampledKeys) {
    const page = await interruptible(() => pages.next(), signal);
    isWhole = page.done === true;
    if (page.done) break;
    seen += page.value.length;
    snapshots += await interruptible(() => countPage(servers, foundKeys(servers, page.value), tally), signal);
  }
  const scale = isWhole || seen === 0 ? 1 : Math.max(1, allKeys / seen);
  const games = tally.list().map((row) => ({ ...row, count: Math.round(row.count * scale) }));
  return { atMs: clock.now(), games, snapshots: Math.round(snapshots * scale), ...memory };
}

async function countPage(
  servers: Servers,
  page: readonly FoundKey[],
  tally: ReturnType<typeof createPhaseTally>,
): Promise<number> {
  const route = { effect: 'read', lane: 'bulk' } as const;
  const counts = await Promise.all(
    page.map(({ key }) => servers.call(key, route, (redis) => redis.gkCountGame(key))),
  );
  page.forEach(({ record }, index) => {
    tally.add(record.layout, counts[index]?.[0] ?? undefined);
  });
  return counts.reduce((sum, [, snapshots]) => sum + snapshots, 0);
}

/** INFO is one of the commands that a careful ACL withholds (`-@dangerous`), and games can be counted without. */
async function readMemory(redis: Redis): Promise<{ readonly used?: number; readonly limit?: number }> {
  const info = await redis.info('memory').catch((thrown: unknown) => {
    if (isNotPermitted(thrown)) return '';
    throw thrown;
  });
  const used = numberIn(info, 'used_memory');
  // 0 means no limit.
  const limit = numberIn(info, 'maxmemory') || undefined;
  return { ...(used === undefined ? {} : { used }), ...(limit === undefined ? {} : { limit }) };
}

/** Of all servers; what one of them does not tell, or does not limit, the whole has not. */
function sumOf(memories: readonly { readonly used?: number; readonly limit?: number }[]): Memory {
  const used = total(memories.map((memory) => memory.used));
  const limitBytes = total(memories.map((memory) => memory.limit));
  return { usedBytes: used === undefined ? {} : { all: used }, limitBytes };
}

function total(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.reduce(
    (sum, number) => (sum === undefined || number === undefined ? undefined : sum + number),
    0,
  );
}
