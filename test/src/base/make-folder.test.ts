import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../../src/backup/files.ts';
import { makeFolder } from '../../../src/base/make-folder.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

test('a folder is made with those above it, and is left as it is where there is one', () => {
  const path = join(tempFolder(), 'a', 'b', 'c');
  makeFolder(path, 0o750);
  makeFolder(path, 0o700);
  expect(statSync(path).mode & 0o777).toBe(0o750);
});

test('a file in its way is told', () => {
  const path = join(tempFolder(), 'a');
  writeFileSync(path, '');
  expect(() => makeFolder(join(path, 'b'), 0o750)).toThrow(/ENOTDIR/);
});

test.runIf(existsSync('/proc/self'))(
  'a file system that takes no folders ends it at once, with its name',
  async () => {
    await expect(nodeFiles.makeFolder('/proc/nope/archives')).rejects.toMatchObject({
      code: 'io-failed',
      message: 'The folder /proc/nope/archives cannot be made: its file system takes none there',
      next: 'Choose another backup location',
    });
  },
);
