/** Which games there are: a parallel scan of both tables, consistent, of keys only. */
import { type ConsumedCapacity, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { RecordKey } from '../../game/record.ts';
import type { Item } from './attribute-value.ts';
import { expiryOf, isLive } from './head.ts';
import { legacyExpiry } from './legacy-item.ts';
import { piecePrefixes } from './pieces.ts';
import type { Call } from './requests.ts';
import type { LegacyTable, Tables } from './tables.ts';

/** One table, for several passes at once. */
export interface ScanSource {
  readonly table: string;
  /** Attributes wanted beside `game_id`, and what is not left out on the server; all when left out. */
  readonly projection?: readonly string[];
  readonly keepOnly?: {
    readonly text: string;
    readonly names: Record<string, string>;
    readonly values: Item;
  };
  readonly consistent: boolean;
}

export interface ScanPage<Source> {
  readonly source: Source;
  readonly items: readonly Item[];
  readonly readUnits: number | undefined;
}

/** @param startCall makes one call for each page: its time limit is for one page */
export function scanPages<Source extends ScanSource>(
  sources: readonly Source[],
  segments: number,
  startCall: () => Call,
): AsyncGenerator<ScanPage<Source>> {
  return asTheyCome(sources.flatMap((source) => scanSegments(source, segments, startCall)));
}

export function scanSegments<Source extends ScanSource>(
  source: Source,
  segments: number,
  startCall: () => Call,
): AsyncGenerator<ScanPage<Source>, undefined>[] {
  return Array.from({ length: segments }, (_, segment) => scanSegment(source, segment, segments, startCall));
}

/** The pages of all lanes; each reads one page ahead at most, and only what was taken makes it read on. */
export async function* asTheyCome<Page>(
  lanes: readonly AsyncGenerator<Page, undefined>[],
): AsyncGenerator<Page> {
  const coming = new Map(lanes.map((lane) => [lane, next(lane)]));
  while (coming.size > 0) {
    const { lane, page } = await Promise.race(coming.values());
    if (page === undefined) coming.delete(lane);
    else {
      // Before the yield: the next page comes while this one is worked on.
      coming.set(lane, next(lane));
      yield page;
    }
  }
}

function next<Page>(lane: AsyncGenerator<Page, undefined>) {
  const coming = lane.next().then(({ value }) => ({ lane, page: value }));
  // It may fail while another page is worked on; the race then tells.
  coming.catch(() => {});
  return coming;
}

async function* scanSegment<Source extends ScanSource>(
  source: Source,
  segment: number,
  segments: number,
  startCall: () => Call,
): AsyncGenerator<ScanPage<Source>, undefined> {
  const { table, projection, keepOnly, consistent } = source;
  const wanted = projection && ['game_id', ...projection].map((name, n) => [`#p${n}`, name] as const);
  let from: Item | undefined;
  do {
    const answer = await startCall().send('read', (client, options) =>
      client.send(
        new ScanCommand({
          TableName: table,
          Segment: segment,
          TotalSegments: segments,
          ConsistentRead: consistent,
          ProjectionExpression: wanted?.map(([alias]) => alias).join(', '),
          ExpressionAttributeNames: wanted && { ...Object.fromEntries(wanted), ...keepOnly?.names },
          FilterExpression: keepOnly?.text,
          ExpressionAttributeValues: keepOnly?.values,
          ExclusiveStartKey: from,
          ReturnConsumedCapacity: 'TOTAL',
        }),
        options,
      ),
    );
    yield { source, items: answer.Items ?? [], readUnits: unitsOf(answer.ConsumedCapacity) };
    from = answer.LastEvaluatedKey;
  } while (from);
  return undefined;
}

interface TableSource extends ScanSource {
  readonly legacy: LegacyTable | undefined;
}

/** The tables that there are. */
export function scanSources(tables: Tables, more: readonly string[], consistent: boolean): TableSource[] {
  const { current, legacy } = tables;
  return [
    ...(current.exists
      ? [
          {
            table: current.name,
            legacy: undefined,
            projection: ['part', 'expires', 'ttl', ...more],
            keepOnly,
            consistent,
          },
        ]
      : []),
    ...(legacy
      ? [{ table: legacy.name, legacy, projection: legacyProjection(legacy, more), consistent }]
      : []),
  ];
}

/** Pieces say nothing here. What is left are heads, and items of somebody else, which must be named. */
const keepOnly = {
  text: 'NOT (begins_with(#part, :e) OR begins_with(#part, :s))',
  names: { '#part': 'part' },
  values: { ':e': { S: piecePrefixes[0] }, ':s': { S: piecePrefixes[1] } },
};

const legacyProjection = ({ ttl }: LegacyTable, more: readonly string[]) => [
  ...new Set(['gk#expires', ...(ttl === undefined ? [] : [ttl]), ...more]),
];

/** Every key once. An id under which there are items of somebody else counts as a game: reading it names them. */
export async function* scanKeys(
  tables: Tables,
  segments: number,
  startCall: () => Call,
): AsyncGenerator<readonly RecordKey[]> {
  const named = new Set<string>();
  for await (const { source, items } of scanPages(scanSources(tables, [], true), segments, startCall)) {
    const nowMs = startCall().nowMs();
    const keys = source.legacy
      ? legacyKeys(items, source.legacy, nowMs)
      : currentIds(items, named, nowMs).map((id) => ({ id, layout: 'current' }) as const);
    if (keys.length > 0) yield keys;
  }
}

function legacyKeys(items: readonly Item[], { ttl }: LegacyTable, nowMs: number): RecordKey[] {
  return items
    .filter((item) => isLive({ expiresAtMs: legacyExpiry(item, ttl, nowMs) }, nowMs))
    .map((item) => ({ id: item.game_id?.S ?? '', layout: 'legacy' }));
}

/**
 * The items of one id come one after the other, its head among them, perhaps over several pages.
 *
 * @param named ids that came before and may come again
 */
function currentIds(items: readonly Item[], named: Set<string>, nowMs: number): string[] {
  const ids = new Set<string>();
  for (const [at, item] of items.entries()) {
    const id = item.game_id?.S ?? '';
    const isHead = item.part?.S === 'head';
    if (named.has(id) || (isHead && !isLiveHead(id, item, nowMs))) continue;
    ids.add(id);
    if (!isHead || at === items.length - 1) named.add(id);
  }
  return [...ids];
}

/** One whose time of deletion is damaged is there: reading it names the damage. */
export function isLiveHead(id: string, item: Item, nowMs: number): boolean {
  try {
    return isLive({ expiresAtMs: expiryOf(id, item) }, nowMs);
  } catch {
    return true;
  }
}

const unitsOf = (used: ConsumedCapacity | undefined) => used?.CapacityUnits;
