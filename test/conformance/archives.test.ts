import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { createArchiveStore } from '../../src/backup/archive-store.ts';
import { conditions, openS3Place, startS3, type TestS3 } from '../setup/s3.ts';
import { tempFolder } from '../setup/temp-folder.ts';
import { archiveConformance } from './archives.ts';

archiveConformance(
  'a folder',
  async () => {
    const folder = tempFolder();
    return {
      store: createArchiveStore(folder),
      contents: async () => (await readdir(folder)).sort(),
      put: (name, bytes) => writeFile(join(folder, name), bytes),
      bytes: (name) => readFile(join(folder, name)),
    };
  },
  { decidesRaces: true },
);

describe.each(conditions)('where conditions are %s', (condition) => {
  let server: TestS3;
  beforeAll(async () => {
    server = await startS3(condition);
  });
  afterAll(() => server.stop());

  archiveConformance('S3', () => openS3Place(server), { decidesRaces: condition === 'kept' });
});
