import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { backupWorld } from '../../setup/backup-world.ts';
import {
  newTables,
  openTestDynamoDb,
  putRaw,
  rawItems,
  startDynamoDb,
  type TestDynamoDb,
} from '../../setup/dynamodb.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

let server: TestDynamoDb;
beforeAll(async () => {
  server = await startDynamoDb();
});
afterAll(() => server.stop());

async function worldOn(table: string, files?: ReturnType<typeof backupWorld>['files']) {
  const backend = openTestDynamoDb(server.endpoint, table);
  onTestFinished(() => backend.close());
  return backupWorld({ backend, clock: systemClock, stateDir: tempFolder(), ...(files ? { files } : {}) });
}

test('a legacy item of its key alone is archived, restored and archived again as the same game', async () => {
  const [here, there] = [await newTables(server.endpoint), await newTables(server.endpoint)];
  const bare = { game_id: { S: 'bare' } };
  await putRaw(server.endpoint, here, bare);
  const from = await worldOn(here);
  expect(await from.backUp('a')).toMatchObject({ outcome: 'done' });

  const over = await worldOn(there, from.files);
  const report = await over.restoreAll({ archive: 'a', onExisting: 'fail' });
  expect(report).toMatchObject({ outcome: 'done', changes: [{ target: 'bare (legacy)', effect: 'create' }] });
  expect(await rawItems(server.endpoint, there)).toEqual([bare]);

  expect(await over.backUp('b')).toMatchObject({ outcome: 'done' });
  const back = await from.restore.draft({ archive: 'b', onExisting: 'fail' });
  // By their digests.
  expect(back.detail.games).toMatchObject([{ does: 'unchanged' }]);
});
