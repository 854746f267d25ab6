import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { type RandomHex, randomHex } from '../../base/ids.ts';
import { interruptible } from '../../base/interruptible.ts';
import type { RecordKey } from '../../game/record.ts';
import { storedGame } from '../current-layout.ts';
import type { BackendListener, Operation, PrimaryBackend, RecordRead } from '../port.ts';
import { checkAppend, checkId, checkRecord, checkSnapshot } from '../record-check.ts';
import { refusalsBy } from '../refusals.ts';
import { append } from './append.ts';
import { capacityOf } from './capacity.ts';
import { takeCensus } from './census.ts';
import { createClient, type DynamoDbPlace, locationOf } from './client.ts';
import { createGames } from './create-games.ts';
import { examineTables } from './examine.ts';
import { dynamoFault, isMissingTable } from './faults.ts';
import { checkKey, mostIdBytes } from './game-key.ts';
import { removeLegacy, replaceLegacy } from './legacy.ts';
import { changeLock } from './lock.ts';
import { readGame, readHead } from './read.ts';
import { readRecords } from './records.ts';
import { refusalOf } from './refusal.ts';
import { removeGame, replaceGame } from './replace.ts';
import { type Call, startCall } from './requests.ts';
import { scanKeys } from './scan.ts';
import { scanGames } from './scan-games.ts';
import { createSlots } from './slots.ts';
import { putSnapshot } from './snapshot.ts';
import { createTableLookup, currentForWriting, legacyForWriting, type Tables } from './tables.ts';

interface DynamoDbOptions extends DynamoDbPlace {
  readonly region: string;
  readonly clock: Clock;
  readonly listener?: BackendListener;
  /** Parts of a table that a scan reads at once. */
  readonly scanSegments?: number;
  readonly random?: () => number;
  readonly randomHex?: RandomHex;
}

/** Looks for its tables with the first call, not before. */
export function openDynamoDb(options: DynamoDbOptions): PrimaryBackend {
  const client = createClient(options);
  const { table, clock, poolSize } = options;
  const location = locationOf(options, options.region);
  const { listener = {}, scanSegments = 4, random = Math.random } = options;
  const lookup = createTableLookup(table);
  let closed = false;

  const settings = {
    ...{ client, location, clock, random, listener, randomHex: options.randomHex ?? randomHex },
    operationTimeoutMs: options.operationTimeoutMs,
    slots: createSlots(poolSize),
  };

  const caught = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw new Fault('wrong-use', `The connection to ${location} is closed`);
    try {
      return await work();
    } catch (thrown) {
      if (isMissingTable(thrown)) lookup.forget();
      throw dynamoFault(thrown, location);
    }
  };

  const run = <T>(
    operation: Operation,
    signal: AbortSignal | undefined,
    work: (call: Call, tables: Tables) => Promise<T>,
  ): Promise<T> =>
    interruptible(
      () =>
        caught(async () => {
          const call = startCall(settings, operation, signal);
          return work(call, await lookup.find(call));
        }),
      signal,
    );

  async function* runPages<Page>(
    operation: Operation,
    signal: AbortSignal | undefined,
    open: (start: () => Call, tables: Tables) => AsyncGenerator<Page>,
  ): AsyncGenerator<Page> {
    const tables = await run(operation, signal, async (_, tables) => tables);
    const pages = open(() => startCall(settings, operation, signal), tables);
    for (;;) {
      const { value, done } = await interruptible(() => caught(() => pages.next()), signal);
      if (done) return;
      yield value;
    }
  }

  return {
    kind: 'dynamodb',
    location,
    readsFrom: 'primary',
    supports: {
      legacyLayout: true,
      idBytes: mostIdBytes,
      sharedBetweenProcesses: true,
      transactions: { items: 100, bytes: 4 * 1024 * 1024 },
    },
    ping: (signal) =>
      run('ping', signal, async (call, { current, legacy }) => {
        // Without a current table the look-up has been answered, and that is all there is to ask.
        if (current.exists || !legacy) await readHead(call, current.name, 'ping');
      }),
    async append(id, step, signal) {
      checkAppend(step);
      return run('append', signal, (call, tables) => append(call, currentForWriting(tables), id, step));
    },
    read: (id, signal) =>
      run('read', signal, async (call, { current }) => {
        const found = current.exists ? await readGame(call, current.name, id) : undefined;
        return found?.record && storedGame(found.record);
      }),
    async putSnapshot(id, snapshot, signal) {
      checkSnapshot(snapshot);
      return run('putSnapshot', signal, (call, tables) =>
        putSnapshot(call, currentForWriting(tables), id, snapshot),
      );
    },
    census: (signal) =>
      run('census', signal, (_, tables) =>
        takeCensus(tables, clock, () => startCall(settings, 'census', signal), signal),
      ),
    examine: (signal) => run('examine', signal, examineTables),
    scan: (signal) =>
      runPages('scan', signal, (startCall, tables) => scanKeys(tables, scanSegments, startCall)),
    scanEncoded: (signal) =>
      runPages('scanEncoded', signal, (startCall, tables) =>
        scanGames(tables, scanSegments, startCall, poolSize),
      ),
    readRecords: (keys: readonly RecordKey[], signal): Promise<readonly RecordRead[]> =>
      run('readRecords', signal, (_, tables) =>
        readRecords(() => startCall(settings, 'readRecords', signal), tables, keys, poolSize),
      ),
    refusals: (signal) =>
      run('refusals', signal, async (_, tables) =>
        refusalsBy((record) => refusalOf(tables, record, clock.now()), {
          of: (record) => capacityOf(tables, record, clock.now()),
          ...(tables.writesPerSecond === undefined ? {} : { writesPerSecond: tables.writesPerSecond }),
        }),
      ),
    async replaceRecord(record, expected, signal) {
      checkRecord(record, clock.now());
      return run('replaceRecord', signal, async (call, tables) => {
        const refusal = refusalOf(tables, record, clock.now());
        if (refusal) throw refusal;
        return record.layout === 'legacy'
          ? replaceLegacy(call, legacyForWriting(tables), record, expected)
          : replaceGame(call, currentForWriting(tables), record, expected);
      });
    },
    async createRecords(records, signal) {
      const begin = () => startCall(settings, 'createRecords', signal);
      const tables = await caught(() => lookup.find(begin()));
      return createGames(records, { tables, startCall: begin, caught, atOnce: poolSize, signal });
    },
    async removeRecord(key, expected, signal) {
      checkId(key);
      checkKey(key);
      return run('removeRecord', signal, (call, tables) =>
        key.layout === 'legacy'
          ? removeLegacy(call, legacyForWriting(tables), key, expected)
          : removeGame(call, currentForWriting(tables), key, expected),
      );
    },
    changeLock: (change, signal) =>
      run('changeLock', signal, (call, tables) => changeLock(call, currentForWriting(tables), change)),
    async close() {
      closed = true;
      client.destroy();
    },
  };
}
