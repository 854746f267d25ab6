/**
 * A legacy game as the one item it is; all of its attributes are parts.
 *
 *   gk#expires   N   time of deletion in ms, where the table's own attribute cannot say it exactly
 *   gk#ttl       S   the name of the table's own attribute, if we have added it: then it is no part
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../base/fault.ts';
import type { GameRecord } from '../../game/record.ts';
import { sortedParts } from '../../game/record-codec.ts';
import { countOf } from '../current-layout.ts';
import { attributeName, partName } from './attribute-name.ts';
import { attributeOf, type Item, partValue } from './attribute-value.ts';
import type { LegacyTable } from './tables.ts';

const own: ReadonlySet<string> = new Set(['game_id', 'gk#expires', 'gk#ttl']);

/** DynamoDB leaves items alone whose time is longer ago. */
const ttlHorizonMs = 5 * 365.25 * 86_400_000;

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

/** A Fault for a game that this table would delete at another time than its record says. */
export function legacyItem(
  { name, ttl }: LegacyTable,
  { id, expiresAtMs, parts }: GameRecord,
  nowMs: number,
): Item | Fault {
  const item: Item = Object.fromEntries([
    ['game_id', { S: id }] as const,
    ...parts.map((part) => [attributeName(part.name, own), attributeOf(part.value)] as const),
  ]);
  const coarse = legacyExpiry(item, ttl, nowMs);
  if (coarse === expiresAtMs) return item;
  if (expiresAtMs === undefined || (coarse !== undefined && Math.abs(coarse - expiresAtMs) >= 1000)) {
    const when = new Date(coarse ?? 0).toISOString();
    return new Fault(
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

const secondsIn = (attribute: AttributeValue | undefined) =>
  attribute?.N === undefined ? undefined : countOf(Buffer.from(attribute.N));
