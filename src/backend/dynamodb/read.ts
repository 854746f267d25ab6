/**
 * Reading a game of the current layout: its head, and every piece that the head names. Both come from one query, which
 * is no snapshot; but pieces never change, so a head and its pieces are one state. A piece that is missing means that
 * the head has moved on meanwhile, and then all is read again.
 */
import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../base/fault.ts';
import type { GameRecord, RecordPart } from '../../game/record.ts';
import { sortedParts } from '../../game/record-codec.ts';
import { eventField, revisionOfParts, snapshotField } from '../current-layout.ts';
import type { Item } from './attribute-value.ts';
import { type Head, headKey, headParts, isLive, parseHead } from './head.ts';
import { isPiece, type PieceRef, partsOf } from './pieces.ts';
import { type Call, contended } from './requests.ts';
import { revisionsIn } from './spans.ts';

/** All that is stored under the id of a game. */
export interface Found {
  /** Also one that has expired. */
  readonly head: Head | undefined;
  /** undefined when there is no game, or it has expired. */
  readonly record: GameRecord | undefined;
  /** Pieces by their `part`, also those that no head names. */
  readonly pieces: ReadonlyMap<string, Item>;
  /** The `part` of items that are none of ours. */
  readonly foreign: readonly string[];
  /** What the head names and is not there. */
  readonly missing?: PieceRef;
}

export async function readHead(call: Call, table: string, id: string): Promise<Head | undefined> {
  const { Item } = await call.send('read', (client, options) =>
    client.send(
      new GetItemCommand({
        TableName: table,
        Key: headKey(id),
        ConsistentRead: true,
        ReturnConsumedCapacity: 'TOTAL',
      }),
      options,
    ),
  );
  return Item && parseHead(id, Item);
}

/** @throws Fault `record-unreadable` when the head names pieces that are not there */
export async function readGame(call: Call, table: string, id: string): Promise<Found> {
  /** A head that was still there after everything before had been read. */
  let confirmed: string | undefined;
  for (let attempt = 0; ; attempt++) {
    const found = foundIn(id, await queryAll(call, table, id), call.nowMs());
    if (found.missing === undefined) return found;
    const now = await readHead(call, table, id);
    // It stood from before this attempt until after it, so what it names was not there.
    if (found.head?.version === confirmed && now?.version === confirmed) throw lost(id, found.missing);
    confirmed = now?.version;
    await call.pause(attempt, contended(id));
  }
}

/** @param items all that were found under this id */
export function foundIn(id: string, items: readonly Item[], nowMs: number): Found {
  const found = sort(id, items);
  const { head } = found;
  if (!head || !isLive(head, nowMs)) return { ...found, record: undefined };
  const { parts, missing } = gather(head, found.pieces);
  return missing ? { ...found, record: undefined, missing } : { ...found, record: recordOf(head, parts) };
}

/** The refs of all events that the head names as spilled. */
export function* spilledRefs({ generation = '', spans }: Pick<Head, 'generation' | 'spans'>) {
  for (const revision of revisionsIn(spans)) {
    yield { kind: 'e', revision, write: generation, chunks: 1 } as const satisfies PieceRef;
  }
}

async function queryAll(call: Call, table: string, id: string): Promise<Item[]> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await call.send('read', (client, options) =>
      client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'game_id = :id',
          ExpressionAttributeValues: { ':id': { S: id } },
          ConsistentRead: true,
          ReturnConsumedCapacity: 'TOTAL',
          ...(from ? { ExclusiveStartKey: from } : {}),
        }),
        options,
      ),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from);
  return items;
}

function sort(id: string, items: readonly Item[]): Omit<Found, 'record' | 'missing'> {
  const head = items.find(({ part }) => part?.S === 'head');
  const rest = items.filter((item) => item !== head);
  return {
    head: head && parseHead(id, head),
    pieces: new Map(rest.filter(isPiece).map((item) => [item.part?.S ?? '', item])),
    foreign: rest.filter((item) => !isPiece(item)).map(({ part }) => part?.S ?? ''),
  };
}

/** Parts by name: what is in the head stands before spilled events, and those before pieces of a revision to come. */
function gather(
  head: Head,
  pieces: Found['pieces'],
): { readonly parts: readonly RecordPart[]; readonly missing?: PieceRef } {
  const parts = new Map<string, RecordPart>();
  for (const ref of [...head.pieces, ...spilledRefs(head)]) {
    const chunks = partsOf(ref).map((part) => pieces.get(part)?.bytes?.B);
    const present = chunks.filter((chunk) => chunk !== undefined);
    if (present.length < chunks.length) return { parts: [], missing: ref };
    const name = ref.kind === 'e' ? eventField(ref.revision) : snapshotField(ref.revision);
    const bytes = present.length === 1 && present[0] ? present[0] : Buffer.concat(present);
    parts.set(name, { name: Buffer.from(name), value: { kind: 'bytes', bytes } });
  }
  for (const part of headParts(head)) parts.set(Buffer.from(part.name).toString('latin1'), part);
  return { parts: [...parts.values()] };
}

function recordOf({ id, expiresAtMs }: Head, parts: readonly RecordPart[]): GameRecord {
  const revision = revisionOfParts({ layout: 'current', parts });
  return {
    id,
    layout: 'current',
    ...(revision === undefined ? {} : { revision }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    parts: sortedParts(parts),
  };
}

function lost(id: string, { kind, revision }: PieceRef): Fault {
  const what = kind === 'e' ? 'event' : 'snapshot';
  return new Fault(
    'record-unreadable',
    `The ${what} of revision ${revision} of game ${id} is not in the table`,
    {
      next: 'Restore this game from a backup',
    },
  );
}
