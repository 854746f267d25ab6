/** Reads from a replica that has stayed behind, and what is planned beside them. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { compose } from '../../../src/compose/compose.ts';
import { loadSettings } from '../../../src/config/load.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { carryOut } from '../../setup/carry-out.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { connectRedis, faultOf, scannedIds, serveRedis } from '../../setup/redis-calls.ts';
import { ask } from '../../setup/redis-cluster.ts';
import { startSentinel } from '../../setup/redis-sentinel.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

async function worldOn(url: string) {
  const settings = await loadSettings(
    {},
    {
      ENVIRONMENT: 'staging',
      REDIS_URL: url,
      REDIS_READ_FROM: 'replica',
      STATE_BACKUP_LOCATION: tempFolder(),
      GAMEKEEPER_STATE_DIR: tempFolder(),
      XDG_CONFIG_HOME: tempFolder(),
    },
  );
  const world = compose({ settings, readOnly: false, version: '0' });
  onTestFinished(() => world.close());
  return world;
}

const moved = currentRecord('moved', { rev: '5' });
const removed = currentRecord('removed');
const old = legacyRecord('old', { state: '{"room_id":"old"}' });

/** A replica that has what the games were, and a master that has what became of them. */
async function behind() {
  const sentinel = await startSentinel();
  onTestFinished(() => sentinel.stop());
  const master = connectRedis(sentinel.url);
  for (const record of [moved, removed, old]) await master.replaceRecord(record, 'absent');
  const world = await worldOn(sentinel.url);
  const looking = await world.backend();
  await vi.waitFor(async () => expect((await scannedIds(looking)).length).toBe(3), { timeout: 10_000 });
  const create = await world.actions['backup create']();
  expect((await carryOut(create, { name: 'a', includeCompleted: true })).outcome).toBe('done');

  await ask(sentinel.replica, 'REPLICAOF', '127.0.0.1', 1);
  await master.replaceRecord(currentRecord('moved', { rev: '9' }), recordDigest(moved));
  await master.removeRecord(removed, recordDigest(removed));
  await master.removeRecord(old, recordDigest(old));
  return { world, looking };
}

test('a change is planned from the primary while screens look at a replica that is behind', async () => {
  const { world, looking } = await behind();
  const restore = await world.actions['backup restore']();
  const { changes, place } = await restore.draft({ archive: 'a', onExisting: 'newer' });
  expect(place).not.toContain('replica');
  expect(changes).toHaveLength(3);
  for (const change of [
    { target: 'moved', effect: 'skip', from: 'revision 9, TURN' },
    { target: 'old (legacy)', effect: 'create' },
    { target: 'removed', effect: 'create' },
  ])
    expect(changes).toContainEqual(expect.objectContaining(change));
  const migrate = await world.actions['games migrate']();
  await expect(migrate.draft({ ids: ['old'], idleMs: 0 })).rejects.toMatchObject({ code: 'not-found' });
  const games = await world.games();
  expect(await games.edit('moved')).toMatchObject({ revision: 9 });

  expect(games.readsFrom).toBe('replica');
  expect((await games.show({ id: 'moved' }))?.row).toMatchObject({ revision: 5 });
  expect((await scannedIds(looking)).sort()).toEqual(['moved', 'old', 'removed']);
}, 30_000);

test('where nothing but a replica is named, screens read it and no change can be planned', async () => {
  const master = await serveRedis();
  const replica = await serveRedis({ args: ['--replicaof', `127.0.0.1 ${master.port}`] });
  const world = await worldOn(replica.url);
  expect((await world.games()).readsFrom).toBe('replica');
  // It may go to another place than the one that is played from.
  const restore = async () =>
    (await world.actions['backup restore']()).draft({ archive: 'a', onExisting: 'fail' });
  for (const open of [
    restore,
    world.actions['backup retire'],
    world.actions['games migrate'],
    world.actions['games recover'],
    world.actions['games recover --since'],
    world.actions['games correct'],
    world.actions['games snapshot'],
  ]) {
    expect(await faultOf(open())).toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('replica'),
      next: expect.stringContaining('REDIS_URL'),
    });
  }
});
