/** Backups in S3 from the order to the restore, run end to end by the real runner. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createArchiveKeys } from '../../../src/backup/archive-keys.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { gameRecord } from '../../setup/archived-records.ts';
import { backupWorld } from '../../setup/backup-world.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { openS3Place, startS3, type TestS3 } from '../../setup/s3.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

let server: TestS3;
beforeAll(async () => {
  server = await startS3();
});
afterAll(() => server.stop());

const games = (state: string) =>
  Array.from({ length: 60 }, (_, index) => gameRecord({ id: `game-${index}`, fields: { state } }));

test('encrypted, they bring back what was there, and keep what they replace', async () => {
  const identity = await generateIdentity();
  const identityFile = join(tempFolder(), 'key.txt');
  writeFileSync(identityFile, identity);
  const place = await openS3Place(server, createArchiveKeys({ identityFile }));
  const clock = systemClock;
  const common = {
    clock,
    stateDir: tempFolder(),
    store: place.store,
    packing: {
      codec: 'zstd',
      encryption: { kind: 'recipients', recipients: [await identityToRecipient(identity)] },
    },
  } as const;

  const before = backupWorld({ ...common, backend: recordBackend(clock, games('as it was')) });
  expect(await before.backUp()).toMatchObject({ outcome: 'done' });

  const after = backupWorld({ ...common, backend: recordBackend(clock, games('as it became')) });
  const report = await after.restoreAll();
  expect(report).toMatchObject({ outcome: 'done' });
  const { archives } = await place.store.list();
  expect(archives.map(({ name, manifest }) => [name, 'games' in manifest && manifest.games])).toEqual([
    [expect.stringContaining('before-restore'), 60],
    ['a', 60],
  ]);
  expect((await place.bytes('a.gka')).subarray(0, 21).toString()).toBe('age-encryption.org/v1');
  expect(await after.restoreAll()).toMatchObject({ outcome: 'done' });
  expect((await place.contents()).filter((name) => name.startsWith('upload'))).toEqual([]);
});
