/**
 * Values of records as DynamoDB's own. What DynamoDB would refuse, or hand back written otherwise (it writes 1.50 as
 * 1.5), is stored as bytes under a mark; see `stored-value.ts`. So whatever is stored reads back to one value, and
 * whatever is read is stored as the same value again.
 */
import { isUtf8 } from 'node:buffer';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../base/fault.ts';
import type { PartValue, RecordPart } from '../../game/record.ts';
import { sortedParts } from '../../game/record-codec.ts';
import { markedBytes, markedValue } from '../stored-value.ts';

export type Item = Record<string, AttributeValue>;

/** Levels of lists and maps that DynamoDB takes. */
const deepest = 32;

export function attributeOf(value: PartValue): AttributeValue {
  const native = nativeOf(value);
  if (native && !(native.B && opaqueOf(native.B))) return native;
  return { B: markedBytes(value) };
}

/** @throws Fault `record-unreadable` for a type of value that is newer than this program */
export function partValue(attribute: AttributeValue): PartValue {
  return (attribute.B && opaqueOf(attribute.B)) || plainValue(attribute);
}

/** What these bytes stand for, if attributeOf wrote them in place of a value. */
function opaqueOf(bytes: Uint8Array): PartValue | undefined {
  return markedValue(bytes, (value) => attributeOf(value).B);
}

function nativeOf(value: PartValue, depth = 0): AttributeValue | undefined {
  switch (value.kind) {
    case 'bytes':
      return { B: value.bytes };
    case 'text':
      return { S: value.text };
    case 'number':
      return isPlainNumber(value.digits) ? { N: value.digits } : undefined;
    case 'boolean':
      return { BOOL: value.value };
    case 'null':
      return { NULL: true };
    case 'list':
      return depth < deepest ? nativeList(value.items, depth + 1) : undefined;
    case 'map':
      return depth < deepest ? nativeMap(value.entries, depth + 1) : undefined;
    default:
      return nativeSet(value.kind, value.items);
  }
}

function nativeList(items: readonly PartValue[], depth: number): AttributeValue | undefined {
  const L: AttributeValue[] = [];
  for (const item of items) {
    const native = nativeOf(item, depth);
    if (!native) return undefined;
    L.push(native);
  }
  return { L };
}

function nativeMap(entries: readonly RecordPart[], depth: number): AttributeValue | undefined {
  const M: Item = {};
  let before: Uint8Array | undefined;
  for (const { name, value } of entries) {
    // A map comes back sorted, so only a sorted one comes back the same.
    const isNext = !before || Buffer.compare(before, name) < 0;
    const native = isNext && name.length > 0 && isUtf8(name) ? nativeOf(value, depth) : undefined;
    if (!native) return undefined;
    const text = textOf(name);
    // To assign to `__proto__` would not make a field.
    if (text === '__proto__') Object.defineProperty(M, text, { value: native, enumerable: true });
    else M[text] = native;
    before = name;
  }
  return { M };
}

type SetKind = 'text-set' | 'number-set' | 'bytes-set';

function nativeSet(kind: SetKind, items: readonly Uint8Array[]): AttributeValue | undefined {
  // Neither an empty set nor an empty member is taken.
  if (items.length === 0 || items.some(({ length }) => length === 0) || !isSorted(items)) return undefined;
  if (kind === 'bytes-set') return { BS: [...items] };
  if (!items.every((item) => isUtf8(item))) return undefined;
  const texts = items.map(textOf);
  if (kind === 'text-set') return { SS: texts };
  return texts.every(isPlainNumber) ? { NS: texts } : undefined;
}

function plainValue(attribute: AttributeValue): PartValue {
  const { S, N, B, BOOL, NULL, L, M, SS, NS, BS } = attribute;
  if (S !== undefined) return { kind: 'text', text: S };
  if (N !== undefined) return { kind: 'number', digits: N };
  if (B !== undefined) return { kind: 'bytes', bytes: B };
  if (BOOL !== undefined) return { kind: 'boolean', value: BOOL };
  if (NULL !== undefined) return { kind: 'null' };
  if (L !== undefined) return { kind: 'list', items: L.map(plainValue) };
  if (M !== undefined) return { kind: 'map', entries: sortedParts(Object.entries(M).map(entryOf)) };
  if (SS !== undefined) return { kind: 'text-set', items: sorted(SS) };
  if (NS !== undefined) return { kind: 'number-set', items: sorted(NS) };
  if (BS !== undefined) return { kind: 'bytes-set', items: sorted(BS) };
  throw new Fault(
    'record-unreadable',
    `DynamoDB holds a value of an unknown type (${Object.keys(attribute)})`,
    {
      next: 'Update gamekeeper',
    },
  );
}

const entryOf = ([name, value]: [string, AttributeValue]): RecordPart => ({
  name: Buffer.from(name),
  value: plainValue(value),
});

/** DynamoDB keeps no order in sets. */
const sorted = (items: readonly (string | Uint8Array)[]): Uint8Array[] =>
  items.map((item) => Buffer.from(item)).sort(Buffer.compare);

const isSorted = (items: readonly Uint8Array[]): boolean =>
  items.every((item, at) => at === 0 || Buffer.compare(items[at - 1] ?? item, item) < 0);

/** Written as DynamoDB writes it: no exponent, no zeros that say nothing, at most 38 digits that say something. */
function isPlainNumber(digits: string): boolean {
  if (digits === '0') return true;
  if (!/^-?(0|[1-9]\d{0,125})(\.\d{0,129}[1-9])?$/.test(digits) || /^-?0$/.test(digits)) return false;
  return digits.length <= 38 || digits.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length <= 38;
}

const textOf = (bytes: Uint8Array) =>
  (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).toString();
