import type { Clock } from '../../base/clock.ts';
import { asFault, Fault, type FaultCode } from '../../base/fault.ts';
import type { RecordKey } from '../../game/record.ts';
import type { Append, Backend, PrimaryBackend, PutSnapshot, Replaced } from '../port.ts';
import { refusalsOfBoth } from './both-refusals.ts';
import { createMirror, type DualWriteListener, type Mirror, type Replay } from './mirror.ts';
import type { QueueLimits } from './queue.ts';

export interface DualWriteOptions {
  readonly clock: Clock;
  readonly listener?: DualWriteListener;
  readonly limits?: Partial<QueueLimits>;
  /** How long closing waits for the secondary. */
  readonly flushMs?: number;
}

export interface DualWrite {
  /** Games that the secondary is not known to hold as the primary does; those that wait are counted there. */
  diverging(): number;
  /** Writes that the secondary has not been asked for yet. */
  waiting(): number;
  /** Copies every game that diverges once what waits is done; how many still diverge. */
  settle(): Promise<number>;
}

const defaults: QueueLimits = { parallel: 16, waitingWrites: 10_000, waitingBytes: 64 * 1024 * 1024 };
/** Thrown before anything is sent, so the secondary has nothing to follow. */
const neverSent: readonly FaultCode[] = ['wrong-use', 'refused', 'read-only', 'game-invalid'];

const mayBeStored = ({ code }: Fault) => !neverSent.includes(code);

/**
 * The primary with a second place that follows it, to move games from one storage to another. Every answer is the
 * primary's. What it has stored is done on the secondary afterwards, outside the caller's wait, in order for each
 * game: a secondary that is slow or gone costs the players nothing, and is told as divergence. A write whose answer was
 * lost is not repeated there but looked up, so that the secondary never gets what the primary lacks.
 *
 * Games that nobody writes are not brought over; `games backfill` does that, and `games compare` proves it.
 */
export function withDualWrite(
  primary: Backend,
  secondary: Backend,
  { clock, listener = silent, limits, flushMs = 10_000 }: DualWriteOptions,
): PrimaryBackend & { readonly dualWrite: DualWrite } {
  if (primary.readsFrom === 'replica') {
    throw new Fault('config-invalid', 'Dual writes copy from the primary, and it is read from a replica', {
      next: 'Set REDIS_READ_FROM to primary while dual writes are on',
    });
  }
  const mirror = createMirror({ primary, secondary }, listener, { ...defaults, ...limits }, clock);

  /** After a write of which nobody knows whether it was stored. */
  const orLookUp = async <T>(key: RecordKey, mayLower: boolean, write: Promise<T>): Promise<T> => {
    try {
      return await write;
    } catch (thrown) {
      if (mayBeStored(asFault(thrown))) mirror.copy(key, mayLower);
      throw thrown;
    }
  };
  const replace = async (key: RecordKey, write: Promise<Replaced>): Promise<Replaced> => {
    const replaced = await orLookUp(key, true, write);
    if (replaced.kind === 'written') mirror.copy(key, true);
    return replaced;
  };

  const createBoth =
    (create: NonNullable<Backend['createRecords']>): typeof create =>
    async (records, signal) => {
      const keys = records.map(({ id, layout }): RecordKey => ({ id, layout }));
      const created = await create(records, signal).catch((thrown: unknown) => {
        if (mayBeStored(asFault(thrown))) for (const key of keys) mirror.copy(key, true);
        throw thrown;
      });
      for (const [at, outcome] of created.entries()) {
        const isStored = outcome.kind === 'failed' ? mayBeStored(outcome.fault) : outcome.kind === 'written';
        const key = keys[at];
        if (isStored && key) mirror.copy(key, true);
      }
      return created;
    };

  return {
    ...primary,
    readsFrom: primary.readsFrom,
    dualWrite: {
      diverging: mirror.diverging,
      waiting: mirror.waiting,
      settle: mirror.settle,
    },
    async append(id, append, signal) {
      const key: RecordKey = { id, layout: 'current' };
      const appended = await orLookUp(key, false, primary.append(id, append, signal));
      if (appended.kind === 'committed') mirror.follow(key, replayOfAppend(id, append));
      return appended;
    },
    async putSnapshot(id, snapshot, signal) {
      const key: RecordKey = { id, layout: 'current' };
      const put = await orLookUp(key, false, primary.putSnapshot(id, snapshot, signal));
      if (put.kind === 'stored') mirror.follow(key, replayOfSnapshot(id, snapshot));
      return put;
    },
    replaceRecord: (record, expected, signal) =>
      replace({ id: record.id, layout: record.layout }, primary.replaceRecord(record, expected, signal)),
    ...(primary.createRecords ? { createRecords: createBoth(primary.createRecords) } : {}),
    removeRecord: (key, expected, signal) =>
      replace({ id: key.id, layout: key.layout }, primary.removeRecord(key, expected, signal)),
    refusals: (signal) => refusalsOfBoth(primary, secondary, signal),
    async close() {
      await within(flushMs, clock, mirror);
      mirror.stop();
      await secondary.close().finally(() => primary.close());
    },
  };
}

type Id = Parameters<Backend['append']>[0];

const replayOfAppend = (id: Id, append: Append): Replay => ({
  sizeBytes: (append.event?.length ?? 0) + (append.snapshot?.bytes.length ?? 0),
  async run(secondary, signal) {
    const answer = await secondary.append(id, append, signal);
    if (answer.kind === 'committed') return 'done';
    return answer.actual < answer.expected ? 'missed' : 'conflict';
  },
});

const replayOfSnapshot = (id: Id, snapshot: PutSnapshot): Replay => ({
  sizeBytes: snapshot.bytes.length,
  async run(secondary, signal) {
    return (await secondary.putSnapshot(id, snapshot, signal)).kind === 'stored' ? 'done' : 'missed';
  },
});

async function within(flushMs: number, clock: Clock, mirror: Mirror): Promise<void> {
  const flushed = new AbortController();
  const deadline = clock.sleep(flushMs, flushed.signal).catch(() => {});
  await Promise.race([mirror.idle(), deadline]);
  flushed.abort();
}

const silent: DualWriteListener = { diverged() {} };
