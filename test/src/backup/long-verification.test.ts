import { expect, test } from 'vitest';
import { plainPacking } from '../../../src/backup/archiving.ts';
import { createRetireAction } from '../../../src/backup/retire.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { gameRecord } from '../../setup/archived-records.ts';
import { backupWorld } from '../../setup/backup-world.ts';
import { currentRecord } from '../../setup/game-records.ts';
import { type RecordBackend, recordBackend } from '../../setup/record-backend.ts';
import { restoreWorld } from '../../setup/restore-world.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

/** Of 200 games each batch; three are longer than what no progress may be. */
const batchMs = 100_000;
const manyIds = Array.from({ length: 600 }, (_, n) => `game-${n}`);

function readsSlowly(backend: RecordBackend, clock: ReturnType<typeof virtualClock>): void {
  const { readRecords } = backend;
  backend.readRecords = async (keys, signal) => {
    await clock.sleep(batchMs, signal);
    return readRecords(keys, signal);
  };
}

test('a restore that reads back for long is not called inconclusive', async () => {
  const archived = manyIds.map((id) => gameRecord({ id }));
  const { backend, clock, plan, apply, restore } = await restoreWorld(archived, []);
  const planned = await plan();
  readsSlowly(backend, clock);
  expect(await apply(restore, planned)).toMatchObject({ outcome: 'done' });
});

test('nor is the undoing of it, which reads back what is gone', async () => {
  const archived = manyIds.map((id) => gameRecord({ id }));
  const { backend, clock, plan, planUndo, apply, restore } = await restoreWorld(archived, []);
  const { runId } = await apply(restore, await plan());
  const planned = await planUndo(runId);
  readsSlowly(backend, clock);
  expect(await apply(restore, planned)).toMatchObject({ outcome: 'done' });
});

test('nor is a retirement', async () => {
  const clock = virtualClock();
  const backend = recordBackend(
    clock,
    manyIds.map((id) => currentRecord(id, { phase: 'GAME_OVER' })),
  );
  const { store, runner, apply } = backupWorld({ backend, clock, stateDir: tempFolder() });
  const actor = { user: 'ana', host: 'bastion' };
  const parts = { backend, store, environment: 'staging', actor, clock, random: randomHex };
  // What a thread would have to decompress, virtual time would not wait for.
  const retire = createRetireAction({ ...parts, packing: { ...plainPacking, codec: 'none' } });
  const planned = await runner.prepare(retire, { olderThanMs: 3_600_000 });
  readsSlowly(backend, clock);
  expect(await apply(retire, planned)).toMatchObject({ outcome: 'done' });
});
