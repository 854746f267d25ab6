import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainFieldAt, walkRecord } from '../../../src/game/encoded-record.ts';
import type { GameRecord, PartValue } from '../../../src/game/record.ts';
import { decodeRecord, encodeRecord, sortedParts } from '../../../src/game/record-codec.ts';
import { anyRecord } from '../../setup/archived-records.ts';

const bytes = fc.uint8Array({ maxLength: 6 });
const value = fc.letrec<{ value: PartValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.record({ kind: fc.constant('bytes' as const), bytes }),
    fc.record({ kind: fc.constant('text' as const), text: fc.string({ unit: 'binary' }) }),
    fc.record({ kind: fc.constant('number' as const), digits: fc.constantFrom('0', '-1.5', '9'.repeat(38)) }),
    fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
    fc.constant({ kind: 'null' } as const),
    fc.record({ kind: fc.constantFrom('text-set', 'number-set', 'bytes-set'), items: fc.array(bytes) }),
    fc.record({ kind: fc.constant('list' as const), items: fc.array(tie('value'), { maxLength: 3 }) }),
    fc.record({
      kind: fc.constant('map' as const),
      entries: fc.array(fc.record({ name: bytes, value: tie('value') }), { maxLength: 3 }),
    }),
  ),
})).value;

/** With values of every type among its parts. */
const typedRecord: fc.Arbitrary<GameRecord> = fc
  .tuple(anyRecord, fc.array(value, { maxLength: 4 }))
  .map(([record, values]) => {
    const typed = values.map((value, n) => ({ name: Buffer.from(`t${n}`), value }));
    return { ...record, parts: sortedParts([...record.parts, ...typed]) };
  });

/** What there is to say of these bytes: of a record its front and its plain fields, else that it is none. */
function walked(encoded: Buffer) {
  try {
    const { id, layout, revision, expiresAtMs, fields, fieldsAt, hasOnlyBytes } = walkRecord(encoded);
    const texts: string[][] = [];
    let at = fieldsAt;
    for (let field = 0; hasOnlyBytes && field < fields; field++) {
      const { nameAt, nameEnd, valueAt, valueEnd } = plainFieldAt(encoded, at);
      texts.push([encoded.toString('hex', nameAt, nameEnd), encoded.toString('hex', valueAt, valueEnd)]);
      at = valueEnd;
    }
    return { id, layout, revision, expiresAtMs, fields, texts };
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
}

function decoded(encoded: Buffer) {
  try {
    const { id, layout, revision, expiresAtMs, parts } = decodeRecord(encoded);
    const names = parts.map(({ name }) => Buffer.from(name));
    if (names.some((name, n) => n > 0 && Buffer.compare(names[n - 1] ?? name, name) >= 0)) {
      return 'record-unreadable';
    }
    const hasOnlyBytes = parts.every(({ value }) => value.kind === 'bytes');
    const texts = parts.flatMap(({ name, value }) =>
      hasOnlyBytes && value.kind === 'bytes'
        ? [[Buffer.from(name).toString('hex'), Buffer.from(value.bytes).toString('hex')]]
        : [],
    );
    return { id, layout, revision, expiresAtMs, fields: parts.length, texts };
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
}

describe('going through the bytes of a record', () => {
  test('finds what decoding finds', () => {
    fc.assert(
      fc.property(typedRecord, (record) => {
        const encoded = encodeRecord(record);
        expect(typeof walked(encoded)).toBe('object');
        expect(walked(encoded)).toEqual(decoded(encoded));
      }),
    );
  });

  test('refuses exactly what decoding refuses, whatever was done to the bytes', () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.oneof(fc.nat(11), fc.nat(255)),
      fc.constantFrom('set', 'cut', 'add'),
    );
    fc.assert(
      fc.property(typedRecord, damage, (record, [where, byte, how]) => {
        const encoded = encodeRecord(record);
        const at = where % encoded.length;
        const damaged = {
          set: () => Buffer.concat([encoded.subarray(0, at), Buffer.of(byte), encoded.subarray(at + 1)]),
          cut: () => encoded.subarray(0, at),
          add: () => Buffer.concat([encoded, Buffer.of(byte)]),
        }[how]();
        expect(walked(damaged)).toEqual(decoded(damaged));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([64, 65])('takes values nested %i deep as decoding does', (depth) => {
    let nested: PartValue = { kind: 'null' };
    for (let level = 0; level < depth; level++) nested = { kind: 'list', items: [nested] };
    const encoded = encodeRecord({
      id: 'a',
      layout: 'legacy',
      parts: [{ name: Buffer.from('v'), value: nested }],
    });
    expect(walked(encoded)).toEqual(decoded(encoded));
    expect(typeof walked(encoded)).toBe(depth > 64 ? 'string' : 'object');
  });
});
