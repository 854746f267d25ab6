/**
 * Legacy games, in a table whose key is `game_id` alone. Their writers compare nothing, so a change of ours is decided
 * by a condition on every attribute that was read.
 */
import {
  BatchGetItemCommand,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { Fault } from '../../base/fault.ts';
import type { GameRecord, RecordKey } from '../../game/record.ts';
import { recordDigest } from '../../game/record-codec.ts';
import type { Expected, Replaced } from '../port.ts';
import type { Item } from './attribute-value.ts';
import { isConditionFailed, isTooLarge } from './faults.ts';
import { tooLarge } from './item-size.ts';
import { legacyItem, legacyRecord } from './legacy-item.ts';
import type { Call } from './requests.ts';
import type { LegacyTable } from './tables.ts';

/** Of BatchGetItem. */
const keysPerBatch = 100;
/** A condition holds 300 operators, and two of them go with each attribute. */
const mostAttributes = 140;

export async function readLegacyItems(
  call: Call,
  { name }: LegacyTable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Item>> {
  const items = new Map<string, Item>();
  const all = [...new Set(ids)];
  for (let at = 0; at < all.length; at += keysPerBatch) {
    let Keys: Item[] = all.slice(at, at + keysPerBatch).map((id) => ({ game_id: { S: id } }));
    for (let attempt = 0; Keys.length > 0; attempt++) {
      const answer = await call.send('read', (client, options) =>
        client.send(
          new BatchGetItemCommand({
            RequestItems: { [name]: { Keys, ConsistentRead: true } },
            ReturnConsumedCapacity: 'TOTAL',
          }),
          options,
        ),
      );
      const got = answer.Responses?.[name] ?? [];
      for (const item of got) items.set(item.game_id?.S ?? '', item);
      Keys = answer.UnprocessedKeys?.[name]?.Keys ?? [];
      if (Keys.length > 0) await call.pause(got.length > 0 ? 0 : attempt, unanswered(call, Keys));
    }
  }
  return items;
}

/**
 * Without a look at what is there: the condition tells.
 *
 * @param item what the record becomes
 */
export async function createLegacy(
  call: Call,
  table: LegacyTable,
  record: GameRecord,
  item: Item,
): Promise<Replaced> {
  const created = await decided(record.id, () =>
    call.send('once', (client, options) =>
      client.send(
        new PutItemCommand({
          TableName: table.name,
          Item: item,
          ConditionExpression: 'attribute_not_exists(game_id)',
          ReturnConsumedCapacity: 'TOTAL',
        }),
        options,
      ),
    ),
  );
  // One that has expired is in the way, too.
  return created.kind === 'written' ? created : replaceLegacy(call, table, record, 'absent');
}

export async function replaceLegacy(
  call: Call,
  table: LegacyTable,
  record: GameRecord,
  expected: Expected,
): Promise<Replaced> {
  const wanted = legacyItem(table, record, call.nowMs());
  if (wanted instanceof Fault) throw wanted;
  const before = (await readLegacyItems(call, table, [record.id])).get(record.id);
  if (!isExpected(call, table, record, before, expected)) return { kind: 'changed' };
  // Whoever adds an attribute meanwhile does not lose it: only what was read is dropped.
  const set = Object.entries(wanted).filter(([name]) => name !== 'game_id');
  const remove = Object.keys(before ?? {}).filter((name) => !Object.hasOwn(wanted, name));
  const names = Object.fromEntries(
    [...set.map(([name]) => name), ...remove].map((name, n) => [`#u${n}`, name]),
  );
  const values = Object.fromEntries(set.map(([, value], n) => [`:u${n}`, value]));
  const update = [
    ...(set.length > 0 ? [`SET ${set.map((_, n) => `#u${n} = :u${n}`).join(', ')}`] : []),
    ...(remove.length > 0 ? [`REMOVE ${remove.map((_, n) => `#u${set.length + n}`).join(', ')}`] : []),
  ];
  const condition = asRead(
    record.id,
    before,
    set.map(([name]) => name),
  );
  return decided(record.id, () =>
    call.send('once', (client, options) =>
      client.send(
        new UpdateItemCommand({
          TableName: table.name,
          Key: { game_id: { S: record.id } },
          // An item of its key alone is one too, and then nothing is set.
          UpdateExpression: update.join(' ') || undefined,
          ConditionExpression: condition.text,
          ExpressionAttributeNames: { ...names, ...condition.names },
          ExpressionAttributeValues: set.length > 0 ? { ...values, ...condition.values } : condition.values,
          ReturnConsumedCapacity: 'TOTAL',
        }),
        options,
      ),
    ),
  );
}

export async function removeLegacy(
  call: Call,
  table: LegacyTable,
  key: RecordKey,
  expected: string,
): Promise<Replaced> {
  const before = (await readLegacyItems(call, table, [key.id])).get(key.id);
  if (!before || !isExpected(call, table, key, before, expected)) return { kind: 'changed' };
  const condition = asRead(key.id, before, []);
  let deleted: Item | undefined;
  const removed = await decided(key.id, async () => {
    const { Attributes } = await call.send('once', (client, options) =>
      client.send(
        new DeleteItemCommand({
          TableName: table.name,
          Key: { game_id: { S: key.id } },
          ConditionExpression: condition.text,
          ExpressionAttributeNames: condition.names,
          ExpressionAttributeValues: condition.values,
          ReturnValues: 'ALL_OLD',
          ReturnConsumedCapacity: 'TOTAL',
        }),
        options,
      ),
    );
    deleted = Attributes;
  });
  // A condition cannot say that there is nothing more: somebody may have added an attribute in between.
  if (!deleted || Object.keys(deleted).length === Object.keys(before).length) return removed;
  await putBack(call, table, key.id, deleted);
  return { kind: 'changed' };
}

function isExpected(
  call: Call,
  table: LegacyTable,
  { id }: RecordKey,
  item: Item | undefined,
  expected: Expected,
): boolean {
  const record = item && legacyRecord(table, id, item, call.nowMs());
  return (record ? recordDigest(record) : 'absent') === expected;
}

/** The condition that all is as it was read, and that there is none of the names that would be overwritten. */
function asRead(id: string, before: Item | undefined, wanted: readonly string[]) {
  const read = Object.entries(before ?? {}).filter(([name]) => name !== 'game_id');
  const fresh = wanted.filter((name) => !before || !Object.hasOwn(before, name));
  const fault = attributesFault(id, read.length + fresh.length);
  if (fault) throw fault;
  return {
    text: [
      before ? 'attribute_exists(#key)' : 'attribute_not_exists(#key)',
      ...read.map((_, n) => `#r${n} = :r${n}`),
      ...fresh.map((_, n) => `attribute_not_exists(#f${n})`),
    ].join(' AND '),
    names: {
      '#key': 'game_id',
      ...Object.fromEntries(read.map(([name], n) => [`#r${n}`, name])),
      ...Object.fromEntries(fresh.map((name, n) => [`#f${n}`, name])),
    },
    ...(read.length > 0
      ? { values: Object.fromEntries(read.map(([, value], n) => [`:r${n}`, value])) }
      : { values: undefined }),
  };
}

async function decided(id: string, write: () => Promise<unknown>): Promise<Replaced> {
  try {
    await write();
    return { kind: 'written' };
  } catch (thrown) {
    if (isConditionFailed(thrown)) return { kind: 'changed' };
    throw isTooLarge(thrown) ? tooLarge(id) : thrown;
  }
}

/** @throws whatever comes in between: then the item is only in the fault's message, so it is named */
async function putBack(call: Call, { name }: LegacyTable, id: string, item: Item): Promise<void> {
  try {
    await call.send('write', (client, options) =>
      client.send(
        new PutItemCommand({
          TableName: name,
          Item: item,
          ConditionExpression: 'attribute_not_exists(game_id)',
          ReturnConsumedCapacity: 'TOTAL',
        }),
        options,
      ),
    );
  } catch (cause) {
    // Sent again after a lost answer, or its writer was faster: either way it is there.
    if (isConditionFailed(cause)) return;
    throw new Fault('partial', `Game ${id} was changed and deleted at once, and could not be put back`, {
      next: 'Restore this game from a backup',
      cause,
    });
  }
}

/** @param count of attributes that were read or are to be written */
export function attributesFault(id: string, count: number): Fault | undefined {
  if (count <= mostAttributes) return undefined;
  return new Fault(
    'refused',
    `Game ${id} has ${count} attributes: more than one conditional write can compare`,
    { next: "Change this game with DynamoDB's own tools" },
  );
}

const unanswered = ({ location }: Call, keys: readonly Item[]) =>
  new Fault(
    'backend-unreachable',
    `DynamoDB at ${location} did not answer for ${keys.length} games for too long`,
    {
      next: "Raise the table's capacity or wait, and do it again",
      retryable: true,
    },
  );
