import { Fault } from '../base/fault.ts';
import type { RecordKey } from '../game/record.ts';
import { keyText } from '../game/record-words.ts';
import type { ArchiveRef } from './archive-names.ts';
import type { ArchiveStore } from './archive-store.ts';
import { archivesIn } from './archives-in.ts';
import { checkStored } from './validate.ts';

/** A record, by its key and its content. */
export interface ArchivableGame extends RecordKey {
  readonly digest: string;
}

/** Which of the games are in an archive, exactly as they are; none are while any byte of it is in doubt. */
export async function provenIn(
  store: ArchiveStore,
  ref: ArchiveRef,
  games: Iterable<ArchivableGame>,
  progress: (doneBytes: number, totalBytes: number) => void = () => {},
  signal?: AbortSignal,
): Promise<{ readonly proven: ReadonlySet<string>; readonly problems: readonly string[] }> {
  const wanted = new Map([...games].map((game) => [keyText(game), game.digest]));
  const proven = new Set<string>();
  const onRecord = ({ record, digest }: { record: RecordKey; digest: string }) => {
    if (wanted.get(keyText(record)) === digest) proven.add(keyText(record));
  };
  const { validation } = await checkStored(store, ref, { onRecord, progress }, signal);
  return validation.ok ? { proven, problems: [] } : { proven: new Set(), problems: validation.problems };
}

/** What is in an archive that we cannot decrypt is not proved by it. */
async function provenOrLocked(
  store: ArchiveStore,
  ref: ArchiveRef,
  games: readonly ArchivableGame[],
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  try {
    return (await provenIn(store, ref, games, undefined, signal)).proven;
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'cannot-decrypt') return new Set();
    throw thrown;
  }
}

/**
 * For each game that is in one, the name of a validated archive of retired games of this environment; newest archives
 * first. Others are none to rely on: they go by their age, and nobody knows then that they are the last with a game.
 *
 * @param endedSince the oldest of the games ended then, so older archives cannot have any
 */
export async function findArchived(
  store: ArchiveStore,
  environment: string,
  games: readonly ArchivableGame[],
  endedSinceMs: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (games.length === 0) return found;
  for (const { name, path, manifest, verifiedAtMs } of await archivesIn(store, signal)) {
    const missing = games.filter((game) => !found.has(keyText(game)));
    if (missing.length === 0) break;
    if (manifest instanceof Fault || verifiedAtMs === undefined) continue;
    const { purpose, environment: of, endedAtMs } = manifest;
    if (purpose !== 'retired' || of !== environment || endedAtMs < endedSinceMs) continue;
    const ref = await store.resolve(path);
    for (const key of await provenOrLocked(store, ref, missing, signal)) found.set(key, name);
  }
  return found;
}
