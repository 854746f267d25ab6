/** Records of games, plain ones and any that storage could hold. */
import fc from 'fast-check';
import { revisionOfParts } from '../../src/backend/current-layout.ts';
import { storedBytes } from '../../src/backend/stored-value.ts';
import type { GameRecord, Layout, PartValue, RecordPart } from '../../src/game/record.ts';
import { sortedParts } from '../../src/game/record-codec.ts';

type Fields = Readonly<Record<string, string | Uint8Array>>;

export function currentRecord(id: string, fields: Fields = {}, expiresAtMs?: number): GameRecord {
  const head = { rev: '1', phase: 'TURN', created: '1000', updated: '2000', 'e:1': 'first' };
  return recordOf(id, 'current', partsOf({ ...head, ...fields }), expiresAtMs);
}

export function legacyRecord(id: string, fields: Fields = {}, expiresAtMs?: number): GameRecord {
  const usual = { phase: 'TURN', state: '{}', snapshots: '[]', transitions: '[]', last_updated: '1000' };
  return recordOf(id, 'legacy', partsOf({ ...usual, ...fields }), expiresAtMs);
}

export function partsOf(fields: Fields): RecordPart[] {
  return Object.entries(fields).map(([name, value]) => ({
    name: Buffer.from(name),
    value: { kind: 'bytes', bytes: Buffer.from(value) },
  }));
}

function recordOf(id: string, layout: Layout, parts: RecordPart[], expiresAtMs?: number): GameRecord {
  const revision = revisionOfParts({ layout, parts });
  return {
    id,
    layout,
    ...(revision === undefined ? {} : { revision }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    parts: sortedParts(parts),
  };
}

const bytes = fc.uint8Array({ maxLength: 40 });

const names = fc.oneof(
  fc
    .constantFrom('rev', 'phase', 'created', 'updated', 'state', 'e:1', 'e:2', 'e:10', 's:1', 's:2')
    .map((name) => Buffer.from(name)),
  // Nearly of our layout, and so somebody else's.
  fc
    .constantFrom('REV', 'rev ', 'e:0', 'e:01', 'e:-1', 'e:', 's:1.0', 's:9007199254740993', 'é:1')
    .map((name) => Buffer.from(name)),
  bytes,
);

const values = fc.oneof(
  fc.constantFrom(
    '1',
    '7',
    '0',
    '-1',
    '007',
    '1e3',
    '9007199254740991',
    '9007199254740993',
    'TURN',
    'turn',
    '',
  ),
  bytes,
);

const digits = fc.constantFrom('0', '-1', '1.5', '1E+125', '99999999999999999999999999999999999999', '-0.1');
const text = fc.string({ unit: 'grapheme', maxLength: 20 });

const setOf = (kind: 'text-set' | 'number-set' | 'bytes-set', items: fc.Arbitrary<string | Uint8Array>) =>
  fc
    .uniqueArray(
      items.map((item) => Buffer.from(item)),
      { minLength: 1, maxLength: 4, selector: (item) => item.toString('latin1') },
    )
    .map((found): PartValue => ({ kind, items: found.sort(Buffer.compare) }));

/** Any value a record can hold; bytes that look like a stored value included. */
export const anyValue: fc.Arbitrary<PartValue> = fc.letrec<{ value: PartValue; plain: PartValue }>((tie) => ({
  plain: values.map((value): PartValue => ({ kind: 'bytes', bytes: Buffer.from(value) })),
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    tie('plain'),
    tie('value').map((value): PartValue => ({ kind: 'bytes', bytes: storedBytes(value) })),
    text.map((found): PartValue => ({ kind: 'text', text: found })),
    digits.map((found): PartValue => ({ kind: 'number', digits: found })),
    fc.boolean().map((value): PartValue => ({ kind: 'boolean', value })),
    fc.constant<PartValue>({ kind: 'null' }),
    fc.array(tie('value'), { maxLength: 3 }).map((items): PartValue => ({ kind: 'list', items })),
    fc.uniqueArray(fc.tuple(text, tie('value')), { maxLength: 3, selector: ([name]) => name }).map(
      (entries): PartValue => ({
        kind: 'map',
        entries: sortedParts(entries.map(([name, value]) => ({ name: Buffer.from(name), value }))),
      }),
    ),
    setOf('text-set', text),
    setOf('number-set', digits),
    setOf('bytes-set', bytes),
  ),
})).value;

const ids = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
const layouts = fc.constantFrom<Layout>('current', 'legacy');

/** Any record at all, damaged ones included; one that expires does so long after the test. */
export const anyRecord: fc.Arbitrary<GameRecord> = fc
  .record({
    id: ids,
    layout: layouts,
    fields: fc.uniqueArray(fc.tuple(names, anyValue), {
      minLength: 1,
      maxLength: 12,
      selector: ([name]) => Buffer.from(name).toString('latin1'),
    }),
    expiresInMs: fc.option(fc.integer({ min: 3_600_000, max: 10 * 365 * 86_400_000 }), { nil: undefined }),
  })
  .map(({ id, layout, fields, expiresInMs }) =>
    recordOf(
      id,
      layout,
      fields.map(([name, value]) => ({ name: Buffer.from(name), value })),
      expiresInMs === undefined ? undefined : Date.now() + expiresInMs,
    ),
  );
