import type { Redis } from 'ioredis';
import type { Clock } from '../../base/clock.ts';
import { createPhaseTally } from '../phase-tally.ts';
import type { Census } from '../port.ts';
import type { Connection } from './connection.ts';
import { isNotPermitted } from './faults.ts';
import { type FoundKey, scanKeys } from './scan.ts';

/** Works half of the time and rests half of it, so that games go on at their speed. */
export async function takeCensus(
  connection: Connection,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Census> {
  const memory = await connection.run(readMemory, signal);
  const tally = createPhaseTally();
  let snapshots = 0;
  let startedAtMs = clock.now();
  for await (const page of scanKeys(connection, signal)) {
    snapshots += await connection.run((redis) => countPage(redis, page, tally), signal);
    await clock.sleep(clock.now() - startedAtMs, signal);
    startedAtMs = clock.now();
  }
  return { atMs: clock.now(), games: tally.list(), snapshots, ...memory };
}

async function countPage(
  redis: Redis,
  page: readonly FoundKey[],
  tally: ReturnType<typeof createPhaseTally>,
): Promise<number> {
  const counts = await Promise.all(page.map(({ key }) => redis.gkCountGame(key)));
  page.forEach(({ record }, index) => {
    tally.add(record.layout, counts[index]?.[0] ?? undefined);
  });
  return counts.reduce((sum, [, snapshots]) => sum + snapshots, 0);
}

/** INFO is one of the commands that a careful ACL withholds (`-@dangerous`), and games can be counted without. */
async function readMemory(redis: Redis): Promise<Pick<Census, 'usedBytes' | 'limitBytes'>> {
  const info = await redis.info('memory').catch((thrown: unknown) => {
    if (isNotPermitted(thrown)) return '';
    throw thrown;
  });
  const used = numberIn(info, 'used_memory');
  return {
    usedBytes: used === undefined ? {} : { all: used },
    // 0 means no limit.
    limitBytes: numberIn(info, 'maxmemory') || undefined,
  };
}

function numberIn(info: string, name: string): number | undefined {
  const text = new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1];
  return text === undefined ? undefined : Number(text);
}
