import { Fault } from '../base/fault.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { encodeRecord } from '../game/record-codec.ts';
import { gameLabel } from '../game/record-words.ts';
import type { Backend, EncodedRead, RecordRead } from './port.ts';
import { headOf } from './record-head.ts';
import { readInBatches } from './record-reads.ts';

/** Every game of a backend as archives hold it: by the backend's own way where it has one, else by its records. */
export function scanEncoded(backend: Backend, signal?: AbortSignal): AsyncIterable<readonly EncodedRead[]> {
  return backend.scanEncoded?.(signal) ?? encodedReads(backend, backend.scan(signal), signal);
}

/** The games under these keys, as archives hold them. */
export async function* encodedReads(
  backend: Backend,
  pages: Iterable<readonly RecordKey[]> | AsyncIterable<readonly RecordKey[]>,
  signal?: AbortSignal,
): AsyncGenerator<readonly EncodedRead[]> {
  for await (const batch of readInBatches(backend, pages, signal)) {
    yield batch.map(({ key, read }) => encodedOf(key, read));
  }
}

export function encodedOf(key: RecordKey, read: RecordRead): EncodedRead {
  if (read.kind === 'record') return encodedRead(read.record);
  return read.kind === 'absent' ? { kind: 'absent', key } : { kind: 'unreadable', key, fault: read.fault };
}

export function encodedRead(record: GameRecord): EncodedRead {
  const { id, layout } = record;
  try {
    return { kind: 'record', key: headOf(record), bytes: encodeRecord(record) };
  } catch (cause) {
    return { kind: 'unreadable', key: { id, layout }, fault: unfit(record, cause) };
  }
}

function unfit(record: GameRecord, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Fault('record-unreadable', `${gameLabel(record)} does not fit into an archive: ${why}`, {
    next: 'Inspect the game, and remove or repair it before the next backup',
    cause,
  });
}
