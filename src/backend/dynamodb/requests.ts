/** One call of the port, as the requests that it takes. */
import {
  BatchWriteItemCommand,
  type ConsumedCapacity,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import type { RandomHex } from '../../base/ids.ts';
import { throwIfInterrupted } from '../../base/interruptible.ts';
import type { BackendListener, Operation } from '../port.ts';
import type { Item } from './attribute-value.ts';
import { failureOf } from './faults.ts';
import { itemBytes } from './item-size.ts';
import type { Slots } from './slots.ts';

export interface RequestSettings {
  readonly client: DynamoDBClient;
  readonly location: string;
  readonly operationTimeoutMs: number;
  readonly clock: Clock;
  /** 0 up to 1, spreads the retries of many. */
  readonly random: () => number;
  readonly randomHex: RandomHex;
  readonly listener: BackendListener;
  /** Of all calls together. */
  readonly slots: Slots;
}

/**
 * Reads and writes are sent again while waiting may help. `once`: not after an answer was lost, as then it could be
 * taken for somebody else's; what was throttled was not carried out. `attempt`: never sent again.
 */
type Effect = 'read' | 'write' | 'once' | 'attempt';

/** Requests that look at tables and not into them say nothing of capacity. */
interface Answer {
  readonly ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] | undefined;
  readonly $metadata: object;
}

export interface Call {
  readonly location: string;
  nowMs(): number;
  /** Names a write like no other. */
  newId(): string;
  /** What the SDK throws comes out as it is, for callers who expect it; the rest is for dynamoFault. */
  send<Output extends Answer>(
    effect: Effect,
    work: (client: DynamoDBClient, options: { abortSignal?: AbortSignal }) => Promise<Output>,
  ): Promise<Output>;
  /** Puts and deletes until none is left unprocessed. */
  writeAll(table: string, requests: readonly WriteRequest[]): Promise<void>;
  /** The pause before another attempt. @throws what it was given, once the time of this call is over */
  pause(attempt: number, thrown: unknown): Promise<void>;
}

const firstPauseMs = 25;
const longestPauseMs = 1_000;
/** Items in a BatchWriteItem. */
export const mostPerBatch = 25;
const mostBatchBytes = 12 * 1024 * 1024;

export function startCall(settings: RequestSettings, operation: Operation, signal?: AbortSignal): Call {
  const { client, location, operationTimeoutMs, clock, random, randomHex, listener, slots } = settings;
  const startedAtMs = clock.now();

  const tell = (effect: Effect, { ConsumedCapacity: used }: Answer): void => {
    const units = [used ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    if (units === 0) return;
    const [reads, writes] = effect === 'read' ? [units, 0] : [0, units];
    listener.capacity?.({ operation, reads, writes });
  };

  const pause = async (attempt: number, thrown: unknown): Promise<void> => {
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** attempt) * (0.5 + random() / 2);
    if (clock.now() + pauseMs - startedAtMs > operationTimeoutMs) throw thrown;
    await clock.sleep(pauseMs, signal);
  };

  const send: Call['send'] = async (effect, work) => {
    for (let attempt = 0; ; attempt++) {
      try {
        const output = await slots(() => {
          throwIfInterrupted(signal);
          return work(client, signal ? { abortSignal: signal } : {});
        });
        tell(effect, output);
        return output;
      } catch (thrown) {
        throwIfInterrupted(signal);
        const failure = failureOf(thrown);
        if (failure === 'final' || effect === 'attempt') throw thrown;
        if (failure === 'unclear' && effect === 'once') throw thrown;
        await pause(attempt, thrown);
      }
    }
  };

  const writeBatch = async (table: string, batch: WriteRequest[]): Promise<void> => {
    let left = batch;
    for (let attempt = 0; left.length > 0; attempt++) {
      const { UnprocessedItems } = await send('write', (client, options) =>
        client.send(
          new BatchWriteItemCommand({ RequestItems: { [table]: left }, ReturnConsumedCapacity: 'TOTAL' }),
          options,
        ),
      );
      const before = left.length;
      left = UnprocessedItems?.[table] ?? [];
      if (left.length === 0) return;
      // While some go through it goes on at once: the pauses are for when it stalls.
      await pause(left.length < before ? 0 : attempt, unprocessed(location, left));
    }
  };

  return {
    location,
    nowMs: () => clock.now(),
    newId: () => randomHex(8),
    send,
    pause,
    async writeAll(table, requests) {
      for (const group of batches(requests)) await writeBatch(table, group);
    },
  };
}

export const puts = (items: readonly Item[]): WriteRequest[] =>
  items.map((Item) => ({ PutRequest: { Item } }));

export const deletes = (keys: readonly Item[]): WriteRequest[] =>
  keys.map((Key) => ({ DeleteRequest: { Key } }));

function* batches(requests: readonly WriteRequest[]): Generator<WriteRequest[]> {
  let group: WriteRequest[] = [];
  let bytes = 0;
  for (const request of requests) {
    // In JSON bytes take a third more.
    const size = itemBytes(request.PutRequest?.Item ?? {}) * 1.4;
    if (group.length === mostPerBatch || (group.length > 0 && bytes + size > mostBatchBytes)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(request);
    bytes += size;
  }
  if (group.length > 0) yield group;
}

function unprocessed(location: string, left: readonly WriteRequest[]): Fault {
  const keys = left.map(({ PutRequest, DeleteRequest }) => {
    const { game_id, part } = PutRequest?.Item ?? DeleteRequest?.Key ?? {};
    return `${game_id?.S} ${part?.S ?? ''}`.trim();
  });
  return new Fault(
    'backend-unreachable',
    `DynamoDB at ${location} left ${left.length} items unprocessed for too long: ${keys.join(', ')}`,
    { next: "Raise the table's capacity or wait, and do it again", retryable: true },
  );
}

/** When others keep coming before. */
export const contended = (id: string) =>
  new Fault('backend-unreachable', `Game ${id} is written by others all the time`, {
    next: 'Wait, and do it again',
    retryable: true,
  });
