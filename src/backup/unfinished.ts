/** Backups that were interrupted, and going on with one: what it had read is read from the disk, only the rest from storage. */
import type { Backend, EncodedRead } from '../backend/port.ts';
import { headOf } from '../backend/record-head.ts';
import { ByteSet } from '../base/byte-set.ts';
import { asFault, Fault, type FaultCode } from '../base/fault.ts';
import type { RecordKey } from '../game/record.ts';
import { keyBytes } from '../game/record-words.ts';
import type { Resumed } from './archive-list.ts';
import type { ArchiveStore, LeftPart } from './archive-store.ts';
import type { ArchiveHeader } from './format.ts';
import type { Keys } from './pace.ts';
import { openUnfinished, readChunks, type UnfinishedArchive } from './reader.ts';

export interface Unfinished {
  readonly part: LeftPart;
  readonly header: ArchiveHeader;
  /** In its finished chunks. */
  readonly games: number;
}

/** Whose backup it has to be. */
interface Wanted {
  readonly name: string | undefined;
  readonly environment: string;
  readonly source: string;
}

/**
 * The one that came furthest.
 *
 * @throws Fault `not-found`; `cannot-decrypt` where the only one that it may be is encrypted
 */
export async function findUnfinished(store: ArchiveStore, wanted: Wanted): Promise<Unfinished> {
  const found: Unfinished[] = [];
  let closed: Fault | undefined;
  for (const part of await store.unfinished()) {
    if (wanted.name !== undefined && part.name !== wanted.name) continue;
    const unfinished = await look(store, part);
    if (unfinished instanceof Fault) closed ??= unfinished;
    else if (unfinished && isWanted(unfinished, wanted)) found.push(unfinished);
  }
  const [furthest] = found.sort((a, b) => b.games - a.games);
  if (furthest) return furthest;
  // Without its key nobody knows whether it is the one.
  if (closed) throw closed;
  const which = wanted.name === undefined ? '' : ` ${wanted.name}`;
  throw new Fault(
    'not-found',
    `There is no interrupted backup${which} of ${wanted.source} in ${store.location} to go on with`,
    { next: 'Make a new one, without --resume; those in object storage are not kept' },
  );
}

const isWanted = ({ header, games }: Unfinished, { environment, source }: Wanted) =>
  games > 0 && !header.purpose && header.environment === environment && header.source === source;

/** undefined for what has no header yet; a Fault `cannot-decrypt` for what may be anybody's. */
async function look(store: ArchiveStore, part: LeftPart): Promise<Unfinished | Fault | undefined> {
  try {
    return await withPart(store, part, async ({ header, chunks }) => ({
      part,
      header,
      games: chunks.reduce((sum, { records }) => sum + records, 0),
    }));
  } catch (thrown) {
    const fault = asFault(thrown);
    if (fault.code === 'cannot-decrypt') return fault;
    if (['integrity', 'unsupported', 'not-found'].includes(fault.code)) return undefined;
    throw thrown;
  }
}

export async function withPart<T>(
  store: ArchiveStore,
  part: LeftPart,
  use: (unfinished: UnfinishedArchive) => Promise<T>,
): Promise<T> {
  const file = await store.openPart(part);
  try {
    return await use(await openUnfinished(file));
  } finally {
    await file.close();
  }
}

export interface ResumedGames {
  readonly games: AsyncIterable<readonly EncodedRead[]>;
  /** Once they were all gone through. */
  readonly resumed: () => Resumed;
}

/** Those of the finished chunks as they are there, then those of the storage that are in none; only these cost its time. */
export function resumedGames(
  unfinished: UnfinishedArchive,
  untilMs: number,
  backend: Backend,
  read: (keys: Keys) => AsyncIterable<readonly EncodedRead[]>,
  signal?: AbortSignal,
): ResumedGames {
  const kept = new ByteSet();
  let stillThere = 0;

  async function* keptGames(): AsyncGenerator<readonly EncodedRead[]> {
    for await (const chunk of readChunks(unfinished, signal)) {
      // Its games are read again: whoever was interrupted had not finished it.
      if (chunk.kind === 'damaged') continue;
      yield chunk.records.map(({ record, encoded }) => {
        kept.add(keyBytes(record));
        return { kind: 'record', key: headOf(record), bytes: encoded.bytes } as const;
      });
    }
  }

  async function* missingKeys(): AsyncGenerator<readonly RecordKey[]> {
    for await (const page of backend.scan(signal)) {
      yield page.filter((key) => {
        const bytes = keyBytes(key);
        if (!kept.has(bytes)) return true;
        stillThere++;
        return false;
      });
    }
  }

  async function* games(): AsyncGenerator<readonly EncodedRead[]> {
    yield* keptGames();
    yield* read(missingKeys());
  }

  return {
    games: games(),
    // Disks tell parts of milliseconds.
    resumed: () => ({ games: kept.size, untilMs: Math.floor(untilMs), gone: kept.size - stillThere }),
  };
}

/** What ends without anybody repairing games or disks. */
const passing: readonly FaultCode[] = [
  'interrupted',
  'backend-unreachable',
  'backend-failed',
  'backend-denied',
];

export const mayGoOn = ({ code }: Fault): boolean => passing.includes(code);

export function goOnLater(fault: Fault, name: string): Fault {
  const { code, message, next, retryable } = fault;
  const then = `gamekeeper backup create --resume --name ${name} goes on with what was read`;
  return new Fault(code, message, { next: next ? `${next}; then ${then}` : then, retryable, cause: fault });
}
