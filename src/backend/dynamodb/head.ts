/**
 * The item `head` of a game in the current layout. Whatever is written to a game is decided by one conditional write
 * of its head, which names all that is outside of it.
 *
 *   rev, created, updated  N      phase  S      as in `current-layout.ts`
 *   e:<revision>           B      an event that is not yet an item of its own
 *   any other              a part of somebody else, see `attribute-name.ts`
 *   ver                    S      random, new with every write
 *   gen                    S      random, as long as the game lives; names its spilled events
 *   spans                  S      the spilled events: `1-50`
 *   pieces                 L of S snapshots and large events, see `pieces.ts`
 *   expires, ttl           N      time of deletion in ms; in seconds and rounded up, for DynamoDB's own deletion
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../base/fault.ts';
import { isPhase } from '../../game/phases.ts';
import type { PartValue, RecordPart } from '../../game/record.ts';
import { countOf, damagedHead, fieldOf, revisionOf } from '../current-layout.ts';
import { attributeName, partName } from './attribute-name.ts';
import { attributeOf, type Item, partValue } from './attribute-value.ts';
import { type PieceRef, parseRef, refText } from './pieces.ts';
import { formatSpans, parseSpans, type Spans } from './spans.ts';

export interface Head {
  readonly id: string;
  readonly item: Item;
  /** undefined on a head that somebody else has made. */
  readonly version: string | undefined;
  readonly generation: string | undefined;
  readonly spans: Spans;
  readonly pieces: readonly PieceRef[];
  readonly expiresAtMs: number | undefined;
}

const fields = ['rev', 'phase', 'created', 'updated'] as const;
const control = ['game_id', 'part', 'ver', 'gen', 'spans', 'pieces', 'expires', 'ttl'] as const;
const own: ReadonlySet<string> = new Set([...fields, ...control]);
const controlled: ReadonlySet<string> = new Set(control);

export const headKey = (id: string): Item => ({ game_id: { S: id }, part: { S: 'head' } });

/** Where a part of the head is kept that is not in its own attribute, because it is damaged or of another type. */
export const displacedName = (part: (typeof fields)[number]) => attributeName(Buffer.from(part), own);

/** @throws Fault `record-unreadable` when something is wrong with what names the rest */
export function parseHead(id: string, item: Item): Head {
  return {
    id,
    item,
    version: optional(id, item, 'ver', ({ S }) => S),
    generation: optional(id, item, 'gen', ({ S }) => S),
    spans: optional(id, item, 'spans', ({ S }) => (S === undefined ? S : parseSpans(S))) ?? [],
    pieces: optional(id, item, 'pieces', parsePieces) ?? [],
    expiresAtMs: expiryOf(id, item),
  };
}

export function expiryOf(id: string, item: Item): number | undefined {
  const seconds = optional(id, item, 'ttl', countIn);
  return optional(id, item, 'expires', countIn) ?? (seconds === undefined ? seconds : seconds * 1000);
}

export const isLive = ({ expiresAtMs }: Pick<Head, 'expiresAtMs'>, nowMs: number): boolean =>
  expiresAtMs === undefined || expiresAtMs > nowMs;

/** @throws Fault `game-invalid` when the head says none */
export function revisionIn({ id, item }: Head): number {
  const revision = item.rev?.N === undefined ? undefined : revisionOf(Buffer.from(item.rev.N));
  if (revision === undefined) throw damagedHead(id, 'rev');
  return revision;
}

/** Parts that are in the head itself. */
export function headParts({ item }: Head): RecordPart[] {
  return Object.entries(item)
    .filter(([name]) => !controlled.has(name))
    .map(([name, attribute]) => fieldPart(name, attribute) ?? otherPart(name, attribute));
}

/** Events in the head itself, ascending. */
export function inlineEvents({ item }: Head): { name: string; revision: number; bytes: Uint8Array }[] {
  return Object.entries(item)
    .flatMap(([name, attribute]) => {
      const field = fieldOf(Buffer.from(name));
      const value = field?.kind === 'event' ? partValue(attribute) : undefined;
      if (field?.kind !== 'event' || value?.kind !== 'bytes') return [];
      return [{ name, revision: field.revision, bytes: value.bytes }];
    })
    .sort((a, b) => a.revision - b.revision);
}

/** The attribute that holds this part in a head. */
export function headAttribute({ name, value }: RecordPart): [name: string, attribute: AttributeValue] {
  return fieldAttribute(name, value) ?? [attributeName(name, own), attributeOf(value)];
}

interface Control {
  readonly version: string;
  readonly generation: string;
  readonly spans: Spans;
  readonly pieces: readonly PieceRef[];
  readonly expiresAtMs: number | undefined;
}

export function controlAttributes({ version, generation, spans, pieces, expiresAtMs }: Control): Item {
  return {
    ver: { S: version },
    gen: { S: generation },
    ...(spans.length > 0 ? { spans: spansAttribute(spans) } : {}),
    ...(pieces.length > 0 ? { pieces: piecesAttribute(pieces) } : {}),
    ...(expiresAtMs === undefined ? {} : expiryAttributes(expiresAtMs)),
  };
}

export const spansAttribute = (spans: Spans): AttributeValue => ({ S: formatSpans(spans) });

export const piecesAttribute = (pieces: readonly PieceRef[]): AttributeValue => ({
  L: pieces.map((ref) => ({ S: refText(ref) })),
});

export const expiryAttributes = (expiresAtMs: number) => ({
  expires: { N: String(expiresAtMs) },
  ttl: { N: String(Math.ceil(expiresAtMs / 1000)) },
});

function fieldPart(name: string, { N, S }: AttributeValue): RecordPart | undefined {
  const text = name === 'phase' ? S : N;
  if (text === undefined || !fields.some((field) => field === name)) return undefined;
  const part = { name: Buffer.from(name), value: { kind: 'bytes', bytes: Buffer.from(text) } } as const;
  return fieldAttribute(part.name, part.value) ? part : undefined;
}

/** undefined for what is no field of the head, or a damaged one. */
function fieldAttribute(name: Uint8Array, value: PartValue): [string, AttributeValue] | undefined {
  const field = fields.find((own) => Buffer.from(own).equals(name));
  if (!field || value.kind !== 'bytes') return undefined;
  const text = Buffer.from(value.bytes).toString('latin1');
  if (field === 'phase') return isPhase(text) ? [field, { S: text }] : undefined;
  return countOf(value.bytes) === undefined ? undefined : [field, { N: text }];
}

/** An own name with a value that is none of ours is a part by that name. */
const otherPart = (name: string, attribute: AttributeValue): RecordPart => ({
  name: own.has(name) ? Buffer.from(name) : partName(name, own),
  value: partValue(attribute),
});

function optional<T>(
  id: string,
  item: Item,
  name: (typeof control)[number],
  parse: (attribute: AttributeValue) => T | undefined,
): T | undefined {
  const attribute = item[name];
  if (!attribute) return undefined;
  const value = parse(attribute);
  if (value !== undefined) return value;
  throw new Fault('record-unreadable', `The attribute "${name}" in the head of game ${id} is damaged`, {
    next: 'Restore this game from a backup',
  });
}

const countIn = ({ N }: AttributeValue) => (N === undefined ? undefined : countOf(Buffer.from(N)));

function parsePieces({ L }: AttributeValue): PieceRef[] | undefined {
  const refs = L?.map(({ S = '' }) => parseRef(S));
  const sound = refs?.filter((ref) => ref !== undefined);
  return sound?.length === refs?.length ? sound : undefined;
}
