import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { GameRecord, RecordKey } from '../../game/record.ts';
import { storedGame } from '../current-layout.ts';
import type { PrimaryBackend, RecordRead } from '../port.ts';
import { checkAppend, checkId, checkRecord, checkSnapshot, unreadableId } from '../record-check.ts';
import { refusalsBy } from '../refusals.ts';
import { createStoreClient } from './store-client.ts';

interface EmbeddedOptions {
  /** Made when missing. Several processes may share it. */
  readonly folder: string;
  readonly clock: Clock;
  /** 0 up to 1, spreads the retries of processes that wait for each other. */
  readonly random?: () => number;
}

const keysPerPage = 1000;
/** Bounds the time and memory one step of the worker takes. */
const recordsPerStep = 100;

/** SQLite in a folder, for one machine. Reaches the file with the first call, not before. */
export function openEmbedded({ folder, clock, random = Math.random }: EmbeddedOptions): PrimaryBackend {
  const file = join(resolve(folder), 'games.sqlite');
  const store = createStoreClient(file, clock, random);

  async function* scan(signal?: AbortSignal): AsyncGenerator<readonly RecordKey[]> {
    let after: RecordKey | undefined;
    do {
      const page = await store.call('page', [after, keysPerPage, clock.now()], signal);
      if (page.length > 0) yield page;
      after = page.length < keysPerPage ? undefined : page.at(-1);
    } while (after);
  }

  const readRecords = async (keys: readonly RecordKey[], signal?: AbortSignal): Promise<RecordRead[]> => {
    const reads: RecordRead[] = [];
    for (let at = 0; at < keys.length; at += recordsPerStep) {
      const step = keys.slice(at, at + recordsPerStep);
      const records = await store.call('readRecords', [step, clock.now()], signal);
      reads.push(...step.map((key, index) => recordRead(key, records[index])));
    }
    return reads;
  };

  return {
    kind: 'embedded',
    location: file,
    readsFrom: 'primary',
    supports: { legacyLayout: true, sharedBetweenProcesses: true, transactions: false },
    ping: (signal) => store.call('ping', [], signal),
    async append(id, append, signal) {
      checkAppend(append);
      return store.call('append', [id, append, clock.now()], signal);
    },
    async read(id, signal) {
      const [record] = await store.call('readRecords', [[{ id, layout: 'current' }], clock.now()], signal);
      return record && storedGame(record);
    },
    async putSnapshot(id, snapshot, signal) {
      checkSnapshot(snapshot);
      return store.call('putSnapshot', [id, snapshot, clock.now()], signal);
    },
    examine: (signal) => store.call('examine', [], signal),
    census: (signal) => store.call('census', [clock.now()], signal),
    scan,
    readRecords,
    refusals: async () => refusalsBy(() => undefined),
    async replaceRecord(record, expected, signal) {
      checkRecord(record, clock.now());
      return store.call('replaceRecord', [record, expected, clock.now()], signal);
    },
    async removeRecord(key, expected, signal) {
      checkId(key);
      return store.call('removeRecord', [key, expected, clock.now()], signal);
    },
    async changeLock(change, signal) {
      // Whoever only looks makes no file.
      if (change.to === undefined && !existsSync(file)) return undefined;
      return store.call('changeLock', [change, clock.now()], signal);
    },
    close: () => store.close(),
  };
}

function recordRead({ id }: RecordKey, record: GameRecord | undefined): RecordRead {
  if (!id.isWellFormed()) return { kind: 'unreadable', fault: unreadableId(id) };
  return record ? { kind: 'record', record } : { kind: 'absent' };
}
