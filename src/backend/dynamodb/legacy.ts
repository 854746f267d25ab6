/**
 * One item a game, in a table whose key is `game_id` alone; all of its attributes are parts. Its writers compare
 * nothing, so a change of ours is decided by a condition on every attribute that was read.
 *
 *   gk#expires   N   time of deletion in ms, where the table's own attribute cannot say it exactly
 *   gk#ttl       S   the name of the table's own attribute, if we have added it: then it is no part
 */
import {
  type AttributeValue,
  BatchGetItemCommand,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { Fault } from '../../base/fault.ts';
import type { GameRecord, RecordKey } from '../../game/record.ts';
import { recordDigest, sortedParts } from '../../game/record-codec.ts';
import { countOf } from '../current-layout.ts';
import type { Expected, Replaced } from '../port.ts';
import { attributeName, partName } from './attribute-name.ts';
import { attributeOf, type Item, partValue } from './attribute-value.ts';
import { isConditionFailed, isTooLarge } from './faults.ts';
import { checkItemSize, tooLarge } from './item-size.ts';
import type { Call } from './requests.ts';
import type { LegacyTable } from './tables.ts';

const own: ReadonlySet<string> = new Set(['game_id', 'gk#expires', 'gk#ttl']);

/** Of BatchGetItem. */
const keysPerBatch = 100;
/** A condition holds 300 operators, and two of them go with each attribute. */
const mostAttributes = 140;
/** DynamoDB leaves items alone whose time is longer ago. */
const ttlHorizonMs = 5 * 365.25 * 86_400_000;

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

/** undefined for an item that has expired, whether or not DynamoDB has deleted it yet. */
export function legacyRecord(
  { ttl }: LegacyTable,
  id: string,
  item: Item,
  nowMs: number,
): GameRecord | undefined {
  const expiresAtMs = legacyExpiry(item, ttl, nowMs);
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return undefined;
  const added = addedTtl(item);
  const parts = Object.entries(item)
    .filter(([name]) => !own.has(name) && name !== added)
    .map(([name, value]) => ({ name: partName(name, own), value: partValue(value) }));
  return {
    id,
    layout: 'legacy',
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    parts: sortedParts(parts),
  };
}

export async function replaceLegacy(
  call: Call,
  table: LegacyTable,
  record: GameRecord,
  expected: Expected,
): Promise<Replaced> {
  const wanted = legacyItem(table, record, call.nowMs());
  checkItemSize(record.id, wanted);
  const before = (await readLegacyItems(call, table, [record.id])).get(record.id);
  if (!isExpected(call, table, record, before, expected)) return { kind: 'changed' };
  // Whoever adds an attribute meanwhile does not lose it: only what was read is dropped.
  const set = Object.entries(wanted).filter(([name]) => name !== 'game_id');
  const remove = Object.keys(before ?? {}).filter((name) => !Object.hasOwn(wanted, name));
  const names = Object.fromEntries(
    [...set.map(([name]) => name), ...remove].map((name, n) => [`#u${n}`, name]),
  );
  const update = [
    `SET ${set.map((_, n) => `#u${n} = :u${n}`).join(', ')}`,
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
          UpdateExpression: update.join(' '),
          ConditionExpression: condition.text,
          ExpressionAttributeNames: { ...names, ...condition.names },
          ExpressionAttributeValues: {
            ...Object.fromEntries(set.map(([, value], n) => [`:u${n}`, value])),
            ...condition.values,
          },
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

/** When the game is to be deleted: exactly, or as the table's own attribute says. */
export function legacyExpiry(item: Item, ttl: string | undefined, nowMs: number): number | undefined {
  const coarse = ttl === undefined ? undefined : secondsIn(item[ttl]);
  const exact = item['gk#expires']?.N === undefined ? undefined : Number(item['gk#expires'].N);
  // Somebody has set another time since.
  const stale = exact !== undefined && coarse !== undefined && Math.abs(coarse * 1000 - exact) >= 1000;
  if (exact !== undefined && !stale) return exact;
  if (coarse === undefined || coarse * 1000 < nowMs - ttlHorizonMs) return undefined;
  return coarse * 1000;
}

/** Names the attribute that we have added to what the writers of the game wrote. */
function addedTtl(item: Item): string | undefined {
  const name = item['gk#ttl']?.S;
  const seconds = name === undefined ? undefined : secondsIn(item[name]);
  return seconds === Math.ceil(Number(item['gk#expires']?.N) / 1000) ? name : undefined;
}

/** @throws Fault `refused` for a game that this table would delete at another time than its record says */
function legacyItem({ name, ttl }: LegacyTable, { id, expiresAtMs, parts }: GameRecord, nowMs: number): Item {
  const item: Item = Object.fromEntries([
    ['game_id', { S: id }] as const,
    ...parts.map((part) => [attributeName(part.name, own), attributeOf(part.value)] as const),
  ]);
  const coarse = legacyExpiry(item, ttl, nowMs);
  if (coarse === expiresAtMs) return item;
  if (expiresAtMs === undefined || (coarse !== undefined && Math.abs(coarse - expiresAtMs) >= 1000)) {
    const when = new Date(coarse ?? 0).toISOString();
    throw new Fault(
      'refused',
      `The table ${name} would delete game ${id} at ${when} by its attribute ${ttl}`,
      {
        next: 'Turn off the time to live of this table, or leave the game out',
      },
    );
  }
  const exact = { 'gk#expires': { N: String(expiresAtMs) } };
  if (ttl === undefined || Object.hasOwn(item, ttl)) return { ...item, ...exact };
  return { ...item, ...exact, 'gk#ttl': { S: ttl }, [ttl]: { N: String(Math.ceil(expiresAtMs / 1000)) } };
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
  if (read.length + fresh.length > mostAttributes) throw tooMany(id, read.length + fresh.length);
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

const secondsIn = (attribute: AttributeValue | undefined) =>
  attribute?.N === undefined ? undefined : countOf(Buffer.from(attribute.N));

const tooMany = (id: string, count: number) =>
  new Fault('refused', `Game ${id} has ${count} attributes: more than one conditional write can compare`, {
    next: "Change this game with DynamoDB's own tools",
  });

const unanswered = ({ location }: Call, keys: readonly Item[]) =>
  new Fault(
    'backend-unreachable',
    `DynamoDB at ${location} did not answer for ${keys.length} games for too long`,
    {
      next: "Raise the table's capacity or wait, and do it again",
      retryable: true,
    },
  );
