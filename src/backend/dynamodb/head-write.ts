/** The one conditional write that decides a step, and what is done around it. */
import {
  type AttributeValue,
  BatchWriteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './attribute-value.ts';
import { isConditionFailed } from './faults.ts';
import { type Head, headKey, parseHead } from './head.ts';
import { type PieceRef, partsOf, pieceItems } from './pieces.ts';
import { readHead } from './read.ts';
import { type Call, deletes, mostPerBatch, puts } from './requests.ts';

export interface HeadChange {
  readonly set: Item;
  /** Set only where it is missing. */
  readonly setMissing?: Item;
  readonly remove?: readonly string[];
}

export interface HeadCondition {
  readonly revision?: number;
  /** The version that was read: nobody has written since. */
  readonly readAs?: Pick<Head, 'version'>;
  /** Only a game that has not expired by then. */
  readonly liveAtMs?: number;
}

/** `refused`: the head is not as it should be, and nothing was written; `head` is what it is now. */
export type HeadWritten =
  | { readonly kind: 'written'; readonly head: Head }
  | { readonly kind: 'refused'; readonly head: Head | undefined };

/** Names and values of an expression. */
class Terms {
  readonly names: Record<string, string> = {};
  readonly values: Item = {};
  #count = 0;

  name(attribute: string): string {
    const name = `#n${this.#count++}`;
    this.names[name] = attribute;
    return name;
  }

  value(value: AttributeValue): string {
    const name = `:v${this.#count++}`;
    this.values[name] = value;
    return name;
  }

  get input() {
    const some = <T extends object>(terms: T) => (Object.keys(terms).length > 0 ? terms : undefined);
    return {
      ExpressionAttributeNames: some(this.names),
      ExpressionAttributeValues: some(this.values),
    };
  }
}

/**
 * `version` is new with each call. So when an answer is lost and the write is sent again, one that was refused because
 * it had been carried out before is told from one that somebody else came before.
 */
export async function updateHead(
  call: Call,
  table: string,
  id: string,
  version: string,
  change: HeadChange,
  condition: HeadCondition,
): Promise<HeadWritten> {
  const terms = new Terms();
  const set = Object.entries({ ...change.set, ver: { S: version } }).map(
    ([name, value]) => `${terms.name(name)} = ${terms.value(value)}`,
  );
  const setMissing = Object.entries(change.setMissing ?? {}).map(([name, value]) => {
    const attribute = terms.name(name);
    return `${attribute} = if_not_exists(${attribute}, ${terms.value(value)})`;
  });
  const remove = (change.remove ?? []).map((name) => terms.name(name));
  const UpdateExpression = [
    `SET ${[...set, ...setMissing].join(', ')}`,
    ...(remove.length > 0 ? [`REMOVE ${remove.join(', ')}`] : []),
  ].join(' ');
  const ConditionExpression = conditionText(terms, condition);
  return decided(call, table, id, version, async () => {
    const { Attributes = {} } = await call.send('write', (client, options) =>
      client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: headKey(id),
          UpdateExpression,
          ConditionExpression,
          ...terms.input,
          ReturnValues: 'ALL_NEW',
          ReturnConsumedCapacity: 'TOTAL',
        }),
        options,
      ),
    );
    return Attributes;
  });
}

/**
 * Puts a whole head in place of the one that was read, or of none.
 *
 * @param before undefined when there was none
 */
export async function putHead(
  call: Call,
  table: string,
  item: Item,
  before: Pick<Head, 'version'> | undefined,
): Promise<HeadWritten> {
  const terms = new Terms();
  const ConditionExpression = before
    ? conditionText(terms, { readAs: before })
    : `attribute_not_exists(${terms.name('part')})`;
  return decided(call, table, item.game_id?.S ?? '', item.ver?.S ?? '', async () => {
    await call.send('write', (client, options) =>
      client.send(
        new PutItemCommand({
          TableName: table,
          Item: item,
          ConditionExpression,
          ...terms.input,
          ReturnConsumedCapacity: 'TOTAL',
        }),
        options,
      ),
    );
    return item;
  });
}

export function versionCondition({ version }: Pick<Head, 'version'>) {
  const terms = new Terms();
  return { ConditionExpression: conditionText(terms, { readAs: { version } }), ...terms.input };
}

/** In the order of their bytes' use: all of them before the head that names them. */
export async function writePieces(
  call: Call,
  table: string,
  id: string,
  pieces: readonly (readonly [PieceRef, Uint8Array])[],
  bornAtMs?: number,
): Promise<void> {
  const items = pieces.flatMap(([ref, bytes]) => pieceItems(id, ref, bytes, bornAtMs));
  await call.writeAll(table, puts(items));
}

/** What no head names any more. Tried once: what is left behind is not read, and goes with the game. */
export async function sweep(call: Call, table: string, id: string, parts: readonly string[]): Promise<void> {
  const keys = parts.map((part): Item => ({ game_id: { S: id }, part: { S: part } }));
  try {
    for (let at = 0; at < keys.length; at += mostPerBatch) {
      const RequestItems = { [table]: deletes(keys.slice(at, at + mostPerBatch)) };
      await call.send('attempt', (client, options) =>
        client.send(new BatchWriteItemCommand({ RequestItems, ReturnConsumedCapacity: 'TOTAL' }), options),
      );
    }
  } catch {
    // The step itself is done.
  }
}

export const partsOfAll = (refs: Iterable<PieceRef>): string[] => [...refs].flatMap(partsOf);

function conditionText(terms: Terms, { revision, readAs, liveAtMs }: HeadCondition): string {
  const parts = [`attribute_exists(${terms.name('part')})`];
  if (revision !== undefined) parts.push(`${terms.name('rev')} = ${terms.value({ N: String(revision) })}`);
  if (readAs) {
    const version = terms.name('ver');
    parts.push(
      readAs.version === undefined
        ? `attribute_not_exists(${version})`
        : `${version} = ${terms.value({ S: readAs.version })}`,
    );
  }
  if (liveAtMs !== undefined) {
    const expires = terms.name('expires');
    const now = terms.value({ N: String(liveAtMs) });
    parts.push(`(attribute_not_exists(${expires}) OR ${expires} > ${now})`);
  }
  return parts.join(' AND ');
}

async function decided(
  call: Call,
  table: string,
  id: string,
  version: string,
  write: () => Promise<Item>,
): Promise<HeadWritten> {
  try {
    return { kind: 'written', head: parseHead(id, await write()) };
  } catch (thrown) {
    if (!isConditionFailed(thrown)) throw thrown;
  }
  const head = await readHead(call, table, id);
  return head?.version === version ? { kind: 'written', head } : { kind: 'refused', head };
}
