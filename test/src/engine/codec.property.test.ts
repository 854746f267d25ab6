import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestOf } from '../../../src/base/digest.ts';
import { Fault } from '../../../src/base/fault.ts';
import { type Codec, createCodec } from '../../../src/engine/codec.ts';
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

const key = (byte: number) => new Uint8Array(32).fill(byte);
const keys = { current: 'k1', keys: new Map([['k1', key(1)]]) };
const codecs = [
  { how: 'plain', codec: createCodec({ compression: false }) },
  { how: 'compressed', codec: createCodec({ compression: true }) },
  { how: 'encrypted', codec: createCodec({ compression: false, keys }) },
  { how: 'compressed and encrypted', codec: createCodec({ compression: true, keys }) },
];
const plain = createCodec({ compression: false });
const compressing = createCodec({ compression: true });
const game = 'room-1';

const kinds = [
  { kind: 'an event', any: anyEvent, decoder: 'decodeEvent' },
  { kind: 'a snapshot', any: anySnapshot, decoder: 'decodeSnapshot' },
] as const;
const cases = kinds.flatMap((kind) => codecs.map((codec) => ({ ...kind, ...codec })));

describe.each<{
  kind: string;
  any: fc.Arbitrary<GameEvent | Snapshot>;
  decoder: 'decodeEvent' | 'decodeSnapshot';
  how: string;
  codec: Codec;
}>(cases)('$kind, $how,', ({ any, decoder, codec }) => {
  const decode = (bytes: Uint8Array) => codec[decoder](bytes, game);

  test('comes back as it was', () => {
    fc.assert(
      fc.property(any, (document) => {
        expect(canonicalJson(decode(codec.encode(document, game)))).toBe(canonicalJson(document));
      }),
    );
  });

  test('with any one bit flipped is found unreadable, or is still the same', () => {
    fc.assert(
      fc.property(any, (document) => {
        const bytes = codec.encode(document, game);
        const wrong: number[] = [];
        for (let bit = 0; bit < bytes.length * 8; bit++) {
          if (!isCaught(bytes, bit, decode, canonicalJson(document))) wrong.push(bit);
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 3 },
    );
  }, 30_000);

  test('cut short anywhere is unreadable', () => {
    fc.assert(
      fc.property(any, fc.nat(), (document, cut) => {
        const bytes = codec.encode(document, game);
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

const snapshot: Snapshot = {
  revision: 1,
  atMs: 0,
  trigger: 'manual',
  phase: 'TURN',
  state: { coins: 'x'.repeat(1000) },
  hash: digestOf({ coins: 'x'.repeat(1000) }),
};

test('an event is text that a database shell shows, also where snapshots are compressed', () => {
  const text = Buffer.from(compressing.encode({ ...event, type: 'x'.repeat(1000) }, game)).toString();
  expect(text).toMatch(/^\{"crc":"[0-9a-f]{8}","revision":1,"atMs":0,"type":"xxx/);
});

test('an event that was compressed by an earlier version is read', () => {
  const old = Buffer.concat([Buffer.of(1), deflateRawSync(plain.encode(event, game))]);
  expect(plain.decodeEvent(old, game)).toEqual(event);
});

test('compression is left out where it would not help', () => {
  expect(compressing.encode(snapshot, game)[0]).toBe(1);
  const short = { ...snapshot, state: 1, hash: digestOf(1) };
  expect(compressing.encode(short, game).length).toBeLessThanOrEqual(plain.encode(short, game).length);
});

test('a snapshot deflated aside is the same, byte for byte', async () => {
  expect(await compressing.encodeAside(snapshot, game)).toEqual(compressing.encode(snapshot, game));
  expect(await plain.encodeAside(snapshot, game)).toEqual(plain.encode(snapshot, game));
});

test.each([
  ['nothing', new Uint8Array()],
  ['an unknown first byte', Uint8Array.of(9, 9)],
  ['JSON of somebody else', Buffer.from('{"phase":"TURN"}')],
  [
    'a text that inflates without end',
    Buffer.concat([Uint8Array.of(1), deflateRawSync(Buffer.alloc(1 << 24))]),
  ],
  ['an event without a phase', plain.encode(JSON.parse('{"revision":1}'), game)],
  ['an event of an unknown phase', plain.encode({ ...event, to: JSON.parse('"NO"') }, game)],
])('%s is unreadable', (_what, bytes) => {
  expect(() => plain.decodeEvent(bytes, game)).toThrow(unreadable);
});

test('a snapshot whose state is not the one of its hash is unreadable', () => {
  const forged = { ...snapshot, state: { coins: 2 } };
  expect(() => plain.decodeSnapshot(compressing.encode(forged, game), game)).toThrow(
    'its state does not match its hash',
  );
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
