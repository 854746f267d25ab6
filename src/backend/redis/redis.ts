import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { type RandomHex, randomHex } from '../../base/ids.ts';
import { inParallel } from '../../base/in-parallel.ts';
import { interruptible, throwIfInterrupted } from '../../base/interruptible.ts';
import type { GameRecord, RecordKey } from '../../game/record.ts';
import { createOne } from '../create-records.ts';
import { storedGame } from '../current-layout.ts';
import type { Backend, BackendListener, Expected, RecordRead, Replaced } from '../port.ts';
import { checkAppend, checkId, checkRecord, checkSnapshot } from '../record-check.ts';
import { refusalsBy } from '../refusals.ts';
import { parseRedisUrl, type RedisAddress, redisLocation } from './address.ts';
import { append, putSnapshot } from './append.ts';
import { appendAlone, appendTogether } from './append-batches.ts';
import { takeCensus, takeRoughCensus } from './census.ts';
import { openCluster } from './cluster.ts';
import type { Creation } from './create-games.ts';
import { type CreateGames, openCreations } from './creations.ts';
import { scanEncoded } from './encoded-scan.ts';
import { examineServers } from './examine.ts';
import { isNotPermitted } from './faults.ts';
import { lockKey } from './keys.ts';
import type { PoolSettings } from './pool.ts';
import { readRecord } from './read.ts';
import { refusalOf, removeRecord, replaceRecord } from './replace.ts';
import { scanKeys } from './scan.ts';
import { openSentinel } from './sentinel.ts';
import type { SentinelLogin } from './sentinels.ts';
import type { OnKey, Route, ServerCommand, Servers } from './servers.ts';
import { openSingle } from './single.ts';

/** What it takes to get to the games; the URL forms are those of `parseRedisUrl`. */
export interface RedisPlace {
  readonly url: string;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly caFile?: string;
  /** Where sentinels have a user of their own; without it, those that ask for a password get the URL's. */
  readonly sentinelLogin?: SentinelLogin;
  /** A replica may be behind. Without sentinels or a cluster the URL itself names it. */
  readonly readFrom: 'primary' | 'replica';
  /** Before every key of a game, so that other games are kept apart on the same server. */
  readonly keyPrefix?: string;
  /** The most connections to one server; they are opened as load asks for them. */
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
}

type RedisOptions = RedisPlace & {
  readonly clock: Clock;
  readonly listener?: BackendListener;
  readonly random?: RandomHex;
};

/** Bounds what is under way at once, and so the memory it takes on both sides. */
const recordsPerStep = 100;
const writesAtOnce = 32;

/**
 * Redis 7.0 or newer: one server, one behind sentinels, or a cluster. Connects with the first call, not before.
 *
 * @throws Fault `config-invalid` for a URL that is none of ours, or certificates that cannot be read
 */
export function openRedis(options: RedisOptions): Backend {
  const { clock, readFrom } = options;
  const address = parseRedisUrl(options.url);
  const { keyPrefix = '' } = options;
  const location = redisLocation(options);
  const servers = openServers(address, options);
  const { writer } = servers;
  const sendAppend = writer ? appendTogether() : appendAlone;
  const createGames =
    writer && openCreations({ writer, prefix: keyPrefix, random: options.random ?? randomHex });
  let closed = false;

  const within = async <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    if (closed) throw new Fault('wrong-use', `The connection to ${location} is closed`);
    return interruptible(work, signal);
  };
  const on = (route: Route, signal: AbortSignal | undefined): OnKey => {
    const call = <T>(key: string | Buffer, command: ServerCommand<T>) =>
      within(signal, () => servers.call(key, route, signal ? unless(signal, command) : command));
    return Object.assign(call, { prefix: keyPrefix });
  };

  const replace = async (
    record: GameRecord,
    expected: Expected,
    signal: AbortSignal | undefined,
  ): Promise<Replaced> => {
    checkRecord(record, clock.now());
    const refusal = refusalOf(record);
    if (refusal) throw refusal;
    return replaceRecord(on(write, signal), record, expected);
  };

  const createMany =
    (create: CreateGames): NonNullable<Backend['createRecords']> =>
    async (records, signal) => {
      const creations = await within(signal, () => create(records, clock.now()));
      const created = creations.filter(isCreated);
      if (created.length === records.length) return created;
      return inParallel([...records.entries()], writesAtOnce, async ([at, record]) => {
        const creation = creations[at];
        if (creation && isCreated(creation)) return creation;
        return createOne({ replaceRecord: replace }, record, signal);
      });
    };

  return {
    kind: 'redis',
    location,
    readsFrom: readFrom,
    supports: { legacyLayout: true, sharedBetweenProcesses: true, transactions: false },
    async ping(signal) {
      await within(signal, () => servers.each((redis) => redis.ping().catch(permitted)));
    },
    async append(id, event, signal) {
      checkAppend(event);
      return append(on(write, signal), sendAppend, id, event);
    },
    async read(id, signal) {
      const found = await readRecord(on(read, signal), { id, layout: 'current' });
      if (found.kind === 'unreadable') throw found.fault;
      return found.kind === 'record' ? storedGame(found.record) : undefined;
    },
    async putSnapshot(id, snapshot, signal) {
      checkSnapshot(snapshot);
      return putSnapshot(on(write, signal), id, snapshot);
    },
    census: (signal) => within(signal, () => takeCensus(servers, clock, signal)),
    roughCensus: (signal) => within(signal, () => takeRoughCensus(servers, clock, signal)),
    examine: (signal) => within(signal, () => examineServers(servers, readFrom)),
    async *scan(signal) {
      await within(signal, async () => {});
      for await (const page of scanKeys(servers, signal)) yield page.map(({ record }) => record);
    },
    async *scanEncoded(signal) {
      await within(signal, async () => {});
      yield* scanEncoded(servers, on(readMany, signal), signal);
    },
    async readRecords(keys: readonly RecordKey[], signal) {
      const reads: RecordRead[] = [];
      for (let at = 0; at < keys.length; at += recordsPerStep) {
        const step = keys.slice(at, at + recordsPerStep);
        reads.push(...(await Promise.all(step.map((key) => readRecord(on(readMany, signal), key)))));
      }
      return reads;
    },
    refusals: async () => refusalsBy(refusalOf),
    replaceRecord: replace,
    ...(createGames ? { createRecords: createMany(createGames) } : {}),
    async removeRecord(key, expected, signal) {
      checkId(key);
      return removeRecord(on(write, signal), key, expected);
    },
    async changeLock({ from = '', to = '', leaseMs }, signal) {
      const key = lockKey(keyPrefix);
      return (
        (await on(write, signal)(key, (redis) => redis.gkChangeLock(key, from, to, leaseMs))) || undefined
      );
    },
    async close() {
      closed = true;
      servers.close();
    },
  };
}

const isCreated = (creation: Creation) => creation.kind !== 'script';

const write: Route = { effect: 'write', lane: 'calls' };
const read: Route = { effect: 'read', lane: 'calls' };
const readMany: Route = { effect: 'read', lane: 'bulk' };

/** Interrupted while it waited for a connection, it is not sent any more. */
function unless<T>(signal: AbortSignal, command: ServerCommand<T>): ServerCommand<T> {
  return async (redis) => {
    throwIfInterrupted(signal);
    return command(redis);
  };
}

/** PING is not for everybody, but its refusal is an answer too. */
function permitted(thrown: unknown): void {
  if (!isNotPermitted(thrown)) throw thrown;
}

function openServers(address: RedisAddress, options: RedisOptions): Servers {
  const { topology } = address;
  const { readFrom, sentinelLogin } = options;
  const settings = poolSettings(address, options);
  switch (topology.kind) {
    case 'single':
      return openSingle(topology.server, readFrom, settings);
    case 'sentinel':
      return openSentinel(topology, readFrom, sentinelLogin, settings);
    case 'cluster':
      return openCluster(topology, readFrom, settings);
  }
}

function poolSettings({ db, tls, username, password }: RedisAddress, options: RedisOptions): PoolSettings {
  const { caFile, connectTimeoutMs, operationTimeoutMs, poolSize, clock, listener = {} } = options;
  const { keyPrefix: prefix = '' } = options;
  const ca = caFile === undefined ? undefined : readCertificates(caFile);
  return {
    access: { db, tls, username, password, ca, connectTimeoutMs, operationTimeoutMs },
    poolSize,
    clock,
    listener,
    prefix,
  };
}

function readCertificates(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    // It would be found out only by the first handshake, which then blames the server.
    new X509Certificate(text);
    return text;
  } catch (cause) {
    throw new Fault('config-invalid', `The certificates of Redis in ${file} cannot be read`, {
      next: 'Set REDIS_CA_FILE to a file with certificates in PEM',
      cause,
    });
  }
}
