/** Game records for tests: plain ones, and any that a backend may hold. */
import fc from 'fast-check';
import type { EncodedGame } from '../../src/backup/writer.ts';
import { phases } from '../../src/game/phases.ts';
import type { GameRecord, Layout, RecordPart } from '../../src/game/record.ts';
import { encodeRecord, sortedParts } from '../../src/game/record-codec.ts';

interface RecordShape {
  readonly id: string;
  readonly layout?: Layout;
  readonly revision?: number;
  readonly phase?: string;
  readonly expiresAtMs?: number;
  /** Further parts by name. */
  readonly fields?: Readonly<Record<string, string>>;
}

export const encodedGame = (record: GameRecord): EncodedGame => ({
  key: record,
  bytes: encodeRecord(record),
});

export function gameRecord({
  id,
  layout = 'current',
  revision = 1,
  phase = 'TURN',
  expiresAtMs,
  fields = {},
}: RecordShape): GameRecord {
  const head = layout === 'current' ? { rev: String(revision), phase } : { phase };
  const texts: [string, string][] = Object.entries({ ...head, ...fields });
  return {
    id,
    layout,
    ...(layout === 'current' ? { revision } : {}),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    parts: sortedParts(texts.map(([name, value]) => bytesPart(Buffer.from(name), Buffer.from(value)))),
  };
}

const bytesPart = (name: Uint8Array, bytes: Uint8Array): RecordPart => ({
  name,
  value: { kind: 'bytes', bytes },
});

const hostileIds = [
  '\u001b[2J\u001b]0;owned\u0007',
  '../../etc/passwd',
  '{a}{b}',
  'ünï — 🎲',
  ' ',
  '\u202egnirts',
  '\0',
  ':',
];

const id = fc.oneof(
  fc.constantFrom(...hostileIds),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
);

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

/** Names that are none of the current layout's own. */
const foreignParts = fc.uniqueArray(fc.tuple(bytes(6), bytes(80)), {
  maxLength: 6,
  selector: ([name]) => Buffer.from(name).toString('hex'),
});

/** One record as any backend may hand it over: binary values, empty ones, hostile ids, both layouts. */
export const anyRecord: fc.Arbitrary<GameRecord> = fc
  .record({
    id,
    layout: fc.constantFrom<Layout>('current', 'legacy'),
    revision: fc.integer({ min: 1, max: 9 }),
    phase: fc.constantFrom(...phases),
    expiresAtMs: fc.option(fc.integer({ min: 2 ** 42, max: 2 ** 43 }), { nil: undefined }),
    foreign: foreignParts,
  })
  .map(({ foreign, expiresAtMs, ...shape }) => {
    const record = gameRecord({ ...shape, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) });
    const parts = foreign.map(([name, value]) => bytesPart(Buffer.concat([Buffer.of(0xff), name]), value));
    return { ...record, parts: sortedParts([...record.parts, ...parts]) };
  });

/** Several, no two of one key. */
export const anyRecords = (maxLength = 12) =>
  fc.uniqueArray(anyRecord, { maxLength, selector: ({ layout, id }) => `${layout}:${id}` });
