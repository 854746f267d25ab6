import { dirname } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { RandomHex } from '../base/ids.ts';
import { partPath } from './archive-names.ts';
import type { Files, WritableFile } from './files.ts';
import type { Shelf } from './shelf.ts';
import { removeStaleParts } from './stale-parts.ts';

interface FolderParts {
  readonly files: Files;
  readonly random: RandomHex;
  /** Ages the parts that killed writers left. */
  readonly clock: Clock;
}

/** What is written has the name of a part until it is whole and synced; then it gets its own by one step. */
export function createFolderShelf({ files, random, clock }: FolderParts): Shelf {
  /** Two writers of the same name must not share a file. */
  const newPart = (path: string) => partPath(path, random(4));

  return {
    stat: files.stat,
    readText: files.readText,
    open: files.open,
    list: files.list,
    space: files.space,
    async begin(path) {
      const folder = dirname(path);
      await files.makeFolder(folder);
      await removeStaleParts(files, folder, clock.now());
      const part = newPart(path);
      const file = await files.create(part);
      return {
        file,
        async publish() {
          await file.close();
          await files.moveToFree(part, path);
          await files.syncFolder(folder);
        },
        async leave() {
          await file.close().catch(() => {});
        },
        async discard() {
          await file.close().catch(() => {});
          await files.remove(part).catch(() => {});
        },
      };
    },
    async putText(path, text) {
      const part = newPart(path);
      const file = await files.create(part);
      try {
        await writeWhole(file, text);
        await files.moveOver(part, path);
      } catch (thrown) {
        await files.remove(part).catch(() => {});
        throw thrown;
      }
      await files.syncFolder(dirname(path));
    },
    async remove(path) {
      if (!(await files.stat(path))) return;
      await files.remove(path);
      await files.syncFolder(dirname(path));
    },
  };
}

async function writeWhole(file: WritableFile, text: string): Promise<void> {
  try {
    await file.write(Buffer.from(text));
    await file.sync();
  } finally {
    await file.close();
  }
}
