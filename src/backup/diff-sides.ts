/** What is compared: an archive, or what storage has now. */
import { hash } from 'node:crypto';
import { encodedReads, scanEncoded } from '../backend/encoded-scan.ts';
import type { Backend } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { decodeRecord } from '../game/record-codec.ts';
import { keyText } from '../game/record-words.ts';
import type { ArchiveFilter } from './archive-list.ts';
import type { ArchiveStore } from './archive-store.ts';
import type { Sha256 } from './digest-index.ts';
import { type Archive, openArchive, readChunks } from './reader.ts';

/** Plain data: which side it was. */
export type DiffSide =
  | {
      readonly kind: 'archive';
      readonly name: string;
      readonly environment: string;
      readonly source: string;
      readonly startedAtMs: number;
      readonly endedAtMs: number;
      readonly filter: ArchiveFilter;
    }
  | {
      readonly kind: 'live';
      readonly location: string;
      /** A replica may be behind. */
      readonly readsFrom: Backend['readsFrom'];
      /** When it began and ended to be read: it moved meanwhile. */
      readonly startedAtMs: number;
      readonly endedAtMs: number;
    };

/** Its record is made when it is asked for. */
export interface ReadGame {
  readonly key: RecordKey;
  readonly hash: Sha256;
  readonly digest: Sha256;
  record(): GameRecord;
}

export type SideGame = ReadGame | { readonly key: RecordKey; readonly hash: Sha256; readonly fault: Fault };

/** Which games are read, by the hashes of their keys. */
export type Share = (hash: Sha256) => boolean;

export interface GamesOfSide {
  /** Call it at the end. */
  about(): DiffSide;
  /** undefined when nobody knows. */
  readonly total: number | undefined;
  /** Some may come twice; those of a page hold until the next is asked for. @param share all when left out */
  games(share: Share | undefined, signal?: AbortSignal): AsyncIterable<readonly SideGame[]>;
}

const keyHash = (key: RecordKey): Sha256 => hash('sha256', keyText(key), 'binary');

const gameIn = (key: RecordKey, keyed: Sha256, bytes: Uint8Array): ReadGame => ({
  key,
  hash: keyed,
  digest: hash('sha256', bytes, 'binary'),
  record: () => decodeRecord(bytes),
});

export interface ArchiveInHand {
  readonly name: string;
  readonly archive: Archive;
}

/** Opened for as long as the work takes. */
export async function withArchive<T>(
  store: ArchiveStore,
  name: string,
  work: (opened: ArchiveInHand) => Promise<T>,
): Promise<T> {
  const ref = await store.resolve(name);
  const file = await store.open(ref);
  try {
    return await work({ name: ref.name, archive: await openArchive(file) });
  } finally {
    await file.close();
  }
}

/** A chunk's games, all of its chunks or only those that are named. */
export async function* archivedGames(
  { name, archive }: ArchiveInHand,
  share: Share = () => true,
  chunks: readonly number[] = archive.chunks.map((_, index) => index),
  signal?: AbortSignal,
): AsyncGenerator<{
  readonly chunk: number;
  readonly games: readonly ReadGame[];
}> {
  const part: Archive = {
    ...archive,
    chunks: chunks.flatMap((index) => archive.chunks[index] ?? []),
    readChunk: (index) => archive.readChunk(chunks[index] ?? -1),
  };
  const numbers = chunks.values();
  for await (const read of readChunks(part, signal)) {
    // Games that cannot be read would count as removed.
    if (read.kind === 'damaged') {
      const { message, next = '' } = read.fault;
      throw new Fault('integrity', `In ${name}: ${message}`, { next, cause: read.fault });
    }
    const games = read.records.flatMap(({ encoded: { id, layout, bytes } }): ReadGame[] => {
      const key = { id, layout };
      const keyed = keyHash(key);
      if (!share(keyed)) return [];
      return [gameIn(key, keyed, bytes)];
    });
    yield { chunk: numbers.next().value ?? 0, games };
  }
}

export function archiveSide(opened: ArchiveInHand): GamesOfSide {
  const { header, totals } = opened.archive;
  const { environment, source, startedAtMs, filter } = header;
  const { endedAtMs } = totals;
  return {
    about: () => ({
      kind: 'archive',
      name: opened.name,
      ...{ environment, source, startedAtMs, endedAtMs, filter },
    }),
    total: totals.games,
    async *games(share, signal) {
      for await (const { games } of archivedGames(opened, share, undefined, signal)) yield games;
    },
  };
}

export function liveSide(backend: Backend, clock: Pick<Clock, 'now'>): GamesOfSide {
  const startedAtMs = clock.now();
  const { location, readsFrom } = backend;
  return {
    about: () => ({ kind: 'live', location, readsFrom, startedAtMs, endedAtMs: clock.now() }),
    total: undefined,
    async *games(share, signal) {
      const reads = share
        ? encodedReads(backend, shared(backend.scan(signal), share), signal)
        : scanEncoded(backend, signal);
      for await (const page of reads) {
        yield page.flatMap((read): SideGame[] => {
          const { key } = read;
          const keyed = keyHash(key);
          if (read.kind === 'absent') return [];
          if (read.kind === 'unreadable') return [{ key, hash: keyed, fault: read.fault }];
          return [gameIn(key, keyed, read.bytes)];
        });
      }
    },
  };
}

async function* shared(pages: AsyncIterable<readonly RecordKey[]>, share: Share) {
  for await (const page of pages) yield page.filter((key) => share(keyHash(key)));
}
