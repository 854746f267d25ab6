import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestOf } from '../../../src/base/digest.ts';
import { Fault } from '../../../src/base/fault.ts';
import { decodeEvent, decodeSnapshot, encodeDocument } from '../../../src/engine/codec.ts';
import type { Json } from '../../../src/game/game.ts';
import { phases } from '../../../src/game/phases.ts';
import { type GameEvent, type Snapshot, snapshotTriggers } from '../../../src/game/record.ts';

// Through JSON text: -0 is 0 there.
const anyJson: fc.Arbitrary<Json> = fc
  .json({ maxDepth: 2 })
  .map((text) => JSON.parse(JSON.stringify(JSON.parse(text))));
const anyText = fc.string({ unit: 'grapheme', maxLength: 6 });
const anyRevision = fc.integer({ min: 1 });
const anyPhase = fc.constantFrom(...phases);

const anyEvent: fc.Arbitrary<GameEvent> = fc.record(
  {
    revision: anyRevision,
    atMs: fc.nat(),
    type: anyText,
    from: fc.option(anyPhase),
    to: anyPhase,
    actor: anyText,
    patch: fc.array(fc.record({ op: fc.constant('add' as const), path: anyText, value: anyJson }), {
      maxLength: 3,
    }),
    stateHash: anyJson.map(digestOf),
    covers: fc.integer({ min: 1 }),
    writeId: anyText,
  },
  { requiredKeys: ['revision', 'atMs', 'type', 'from', 'to', 'actor', 'patch', 'stateHash'] },
);

const anySnapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    revision: anyRevision,
    atMs: fc.nat(),
    trigger: fc.constantFrom(...snapshotTriggers),
    phase: anyPhase,
    state: anyJson,
  })
  .map((snapshot) => ({ ...snapshot, hash: digestOf(snapshot.state) }));

const kinds = [
  { kind: 'an event', any: anyEvent, decode: decodeEvent },
  { kind: 'a snapshot', any: anySnapshot, decode: decodeSnapshot },
] as const;

describe.each<{
  kind: string;
  any: fc.Arbitrary<GameEvent | Snapshot>;
  decode: (bytes: Uint8Array) => GameEvent | Snapshot;
}>(kinds)('$kind', ({ any, decode }) => {
  test('comes back as it was, compressed or not', () => {
    fc.assert(
      fc.property(any, fc.boolean(), (document, compress) => {
        expect(canonicalJson(decode(encodeDocument(document, compress)))).toBe(canonicalJson(document));
      }),
    );
  });

  test('with any one bit flipped is found unreadable, or is still the same', () => {
    fc.assert(
      fc.property(any, fc.boolean(), (document, compress) => {
        const bytes = encodeDocument(document, compress);
        const wrong: number[] = [];
        for (let bit = 0; bit < bytes.length * 8; bit++) {
          if (!isCaught(bytes, bit, decode, canonicalJson(document))) wrong.push(bit);
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 10 },
    );
  }, 30_000);

  test('cut short anywhere is unreadable', () => {
    fc.assert(
      fc.property(any, fc.boolean(), fc.nat(), (document, compress, cut) => {
        const bytes = encodeDocument(document, compress);
        expect(() => decode(bytes.subarray(0, cut % bytes.length))).toThrow(unreadable);
      }),
    );
  });
});

const unreadable = expect.objectContaining({ code: 'record-unreadable' });

const event: GameEvent = {
  revision: 1,
  atMs: 0,
  type: 'T',
  from: null,
  to: 'TURN',
  actor: 'a',
  patch: [],
  stateHash: digestOf(null),
};

test('without compression it is text that a database shell shows', () => {
  const text = Buffer.from(encodeDocument(event, false)).toString();
  expect(text).toMatch(/^\{"crc":"[0-9a-f]{8}","revision":1,"atMs":0,"type":"T"/);
});

test('compression is left out where it would not help', () => {
  expect(encodeDocument({ ...event, type: 'x'.repeat(1000) }, true)[0]).toBe(1);
  const short = encodeDocument(event, true);
  expect(short.length).toBeLessThanOrEqual(encodeDocument(event, false).length);
});

test.each([
  ['nothing', new Uint8Array()],
  ['an unknown first byte', Uint8Array.of(9, 9)],
  ['JSON of somebody else', Buffer.from('{"phase":"TURN"}')],
  [
    'a text that inflates without end',
    Buffer.concat([Uint8Array.of(1), deflateRawSync(Buffer.alloc(1 << 24))]),
  ],
  ['an event without a phase', encodeDocument(JSON.parse('{"revision":1}'), false)],
  ['an event of an unknown phase', encodeDocument({ ...event, to: JSON.parse('"NO"') }, false)],
])('%s is unreadable', (_what, bytes) => {
  expect(() => decodeEvent(bytes)).toThrow(unreadable);
});

test('a snapshot whose state is not the one of its hash is unreadable', () => {
  const snapshot: Snapshot = {
    revision: 1,
    atMs: 0,
    trigger: 'manual',
    phase: 'TURN',
    state: { coins: 1 },
    hash: digestOf({ coins: 2 }),
  };
  expect(() => decodeSnapshot(encodeDocument(snapshot, true))).toThrow('its state does not match its hash');
});

function isCaught<T>(bytes: Uint8Array, bit: number, decode: (bytes: Uint8Array) => T, original: string) {
  const flipped = Uint8Array.from(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  try {
    return canonicalJson(decode(flipped)) === original;
  } catch (thrown) {
    return thrown instanceof Fault && thrown.code === 'record-unreadable';
  }
}
