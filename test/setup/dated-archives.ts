/** Archives of chosen ages. */
import type { Manifest } from '../../src/backup/archive-list.ts';
import { type ArchiveStore, createArchiveStore } from '../../src/backup/archive-store.ts';
import { manifestOf } from '../../src/backup/manifest.ts';
import { validateArchive } from '../../src/backup/validate.ts';
import { createArchiveWriter } from '../../src/backup/writer.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { GameRecord } from '../../src/game/record.ts';
import { encodedGame, gameRecord } from './archived-records.ts';
import { backupFolder } from './backup-world.ts';
import { type MemoryFiles, memoryFiles } from './memory-files.ts';

const dayMs = 24 * 60 * 60_000;

interface DatedArchive {
  readonly ageDays: number;
  readonly verified?: boolean;
  readonly games?: number;
  /** In place of so many made up ones. */
  readonly records?: readonly GameRecord[];
  readonly environment?: string;
  readonly source?: string;
  /** Ids of games that it could not represent. */
  readonly lacks?: readonly string[];
  readonly purpose?: Manifest['purpose'];
  readonly filter?: Manifest['filter'];
  readonly resumed?: Manifest['resumed'];
  /** Small ones make many chunks of few games. */
  readonly chunkBytes?: number;
}

/** In files in memory. */
export function datedArchives(clock: Clock, files: MemoryFiles = memoryFiles()) {
  const store = createArchiveStore(backupFolder, { files, clock });
  const names = async () => (await store.list()).archives.map(({ name }) => name).sort();

  const put = (name: string, archive: DatedArchive) => putDated(store, clock, name, archive);

  return { files, store, put, names };
}

export async function putDated(
  store: ArchiveStore,
  clock: Clock,
  name: string,
  archive: DatedArchive,
): Promise<void> {
  const { ageDays, verified = true, games = 1, environment = 'staging', purpose, lacks } = archive;
  const { filter = { includeCompleted: false }, source = 'memory' } = archive;
  const endedAtMs = clock.now() - ageDays * dayMs;
  const unpublished = await store.begin(name, { kind: 'none' });
  const writer = createArchiveWriter(
    unpublished.file,
    {
      archiveId: name,
      codec: 'zstd',
      cipher: 'none',
      environment,
      source,
      createdBy: 'ana@bastion',
      startedAtMs: endedAtMs - 1000,
      consistency: 'fuzzy-scan',
      filter,
      ...(purpose ? { purpose } : {}),
    },
    archive.chunkBytes === undefined ? {} : { chunkBytes: archive.chunkBytes },
  );
  const made = Array.from({ length: games }, (_, index) => gameRecord({ id: `game-${index}` }));
  for (const record of archive.records ?? made) await writer.add(encodedGame(record));
  const written = await writer.finish({
    endedAtMs,
    leftOut: { completed: 0, vanished: 0 },
    resumed: archive.resumed,
    unsupported: lacks?.map((id) => ({ id, layout: 'current', why: 'it is a list' })),
  });
  await unpublished.publish(manifestOf(name, written));
  if (verified) await validateArchive(store, name, clock);
}
