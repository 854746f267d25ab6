import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEmbedded } from '../../../src/backend/embedded/embedded.ts';
import type { Backend } from '../../../src/backend/port.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { keyText } from '../../../src/game/record-words.ts';
import { gameRecord } from '../../setup/archived-records.ts';
import { backupWorld } from '../../setup/backup-world.ts';
import { openTestRedis } from '../../setup/open-redis.ts';
import { startRedis, type TestRedis } from '../../setup/redis.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const embedded = () => openEmbedded({ folder: join(tempFolder(), 'games'), clock: systemClock });
const redis = () => openTestRedis(server.url);

const binary = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

function odd(record: GameRecord): GameRecord {
  const part = { name: Buffer.of(0xff, 0), value: { kind: 'bytes', bytes: binary } } as const;
  return { ...record, parts: [...record.parts, part] };
}

const expiresAtMs = Date.now() + 3_600_000;

const games: readonly GameRecord[] = [
  gameRecord({
    id: 'game-1',
    revision: 12,
    fields: { created: '1', updated: '2', 'e:12': '{}', 's:10': '{"a":1}' },
  }),
  gameRecord({
    id: 'game-1',
    layout: 'legacy',
    phase: 'SCORING',
    fields: { state: '{}', transitions: '[]', vip: 'yes' },
  }),
  gameRecord({ id: 'expiring', revision: 2, expiresAtMs }),
  gameRecord({ id: '{a}{b}', revision: 3, phase: 'not a phase' }),
  gameRecord({ id: '\u001b[2Jünï 🎲', fields: { empty: '', rev0: '007' } }),
  odd(gameRecord({ id: 'binary', revision: 9 })),
  odd(gameRecord({ id: 'binary-legacy', layout: 'legacy', fields: { rev: 'x', last_updated: '' } })),
];

async function digestsOf(backend: Backend): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for await (const page of backend.scan()) {
    for (const [index, read] of (await backend.readRecords(page)).entries()) {
      const key = page[index];
      if (key && read.kind === 'record') digests[keyText(key)] = recordDigest(read.record);
    }
  }
  return digests;
}

test('games go from embedded to Redis and back through archives as the same records', async () => {
  const [first, second, third] = [embedded(), redis(), embedded()];
  try {
    for (const game of games) expect(await first.replaceRecord(game, 'absent')).toEqual({ kind: 'written' });
    const original = await digestsOf(first);
    expect(Object.keys(original)).toHaveLength(games.length);

    const shared = { clock: systemClock, stateDir: tempFolder() };
    const from = backupWorld({ backend: first, ...shared });
    expect(await from.backUp('a')).toMatchObject({ outcome: 'done' });
    const over = backupWorld({ backend: second, files: from.files, ...shared });
    expect(await over.restoreAll({ archive: 'a', onExisting: 'fail' })).toMatchObject({ outcome: 'done' });
    expect(await digestsOf(second)).toEqual(original);

    expect(await over.backUp('b')).toMatchObject({ outcome: 'done' });
    const back = backupWorld({ backend: third, files: from.files, ...shared });
    expect(await back.restoreAll({ archive: 'b', onExisting: 'fail' })).toMatchObject({ outcome: 'done' });
    expect(await digestsOf(third)).toEqual(original);

    await second.replaceRecord(
      gameRecord({ id: 'expiring', revision: 3 }),
      original['current:expiring'] ?? '',
    );
    expect(await over.restoreAll({ archive: 'b', onExisting: 'overwrite' })).toMatchObject({
      outcome: 'done',
    });
    expect(await digestsOf(second)).toEqual(original);
  } finally {
    await Promise.all([first, second, third].map((backend) => backend.close()));
  }
}, 30_000);
