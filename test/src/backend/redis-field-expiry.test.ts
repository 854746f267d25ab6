import { expect, test } from 'vitest';
import { keyOf } from '../../../src/backend/redis/keys.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { startRedis74 } from '../../setup/redis-74.ts';
import { appendOn, connectRedis, serveRedis } from '../../setup/redis-calls.ts';
import { ask } from '../../setup/redis-cluster.ts';

async function serve() {
  const server = await serveRedis();
  const proxy = await startRedis74(server.port);
  const backend = connectRedis(`redis://127.0.0.1:${proxy.port}/0`);
  return { server, backend };
}

test.each([currentRecord('a'), legacyRecord('a')])(
  'a field with a time of deletion of its own makes a game unreadable by name ($layout layout)',
  async (record) => {
    const { server, backend } = await serve();
    await backend.replaceRecord(record, 'absent');
    expect(await backend.readRecords([record])).toMatchObject([{ kind: 'record' }]);

    await ask(server, 'HSET', `times of ${keyOf(record, '')}`, 'phase', Date.now() + 3_600_000);
    const [read] = await backend.readRecords([record]);
    expect(read).toMatchObject({ kind: 'unreadable', fault: { code: 'record-unreadable' } });
    if (read?.kind !== 'unreadable') throw new Error('It was read');
    expect(read.fault.message).toContain('"phase"');
    expect(read.fault.message).toContain(keyOf(record, ''));
  },
);

test('what has such a field is neither replaced nor removed, whatever was read before', async () => {
  const { server, backend } = await serve();
  const record = currentRecord('a');
  await backend.replaceRecord(record, 'absent');
  await ask(server, 'HSET', `times of ${keyOf(record, '')}`, 'phase', Date.now() + 3_600_000);
  expect(await backend.replaceRecord(record, recordDigest(record))).toEqual({ kind: 'changed' });
  expect(await backend.removeRecord(record, recordDigest(record))).toEqual({ kind: 'changed' });
  await expect(backend.read(parseGameId('a'))).rejects.toMatchObject({ code: 'record-unreadable' });
});

test('a game with more fields than one command takes is looked at to its last field', async () => {
  const { server, backend } = await serve();
  const id = parseGameId('long');
  for (let revision = 0; revision < 1_100; revision++) await backend.append(id, appendOn(revision));
  expect((await backend.read(id))?.events).toHaveLength(1_100);
  await ask(
    server,
    'HSET',
    `times of ${keyOf({ id, layout: 'current' }, '')}`,
    'e:1100',
    Date.now() + 3_600_000,
  );
  await expect(backend.read(id)).rejects.toMatchObject({ message: expect.stringContaining('"e:1100"') });
});

test('a server that knows no such times is not asked for any', async () => {
  const server = await serveRedis();
  const backend = connectRedis(server.url);
  await backend.append(parseGameId('a'), appendOn(0));
  await backend.read(parseGameId('a'));
  expect(await ask(server, 'INFO', 'commandstats')).not.toMatch(/hkeys|hpexpiretime/i);
});
