import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/base/digest.ts';
import { type Codec, createCodec } from '../../../src/engine/codec.ts';
import type { KeyRing } from '../../../src/engine/seal.ts';
import type { GameEvent, Snapshot } from '../../../src/game/record.ts';

const game = 'room-1';
const key = (byte: number) => new Uint8Array(32).fill(byte);
const ring = (...ids: string[]): KeyRing => ({
  current: ids[0] ?? '',
  keys: new Map(ids.map((id) => [id, key(id.charCodeAt(0))])),
});
const codecWith = (...ids: string[]): Codec => createCodec({ compression: true, keys: ring(...ids) });
const plain = createCodec({ compression: true });

const event: GameEvent = {
  revision: 2,
  atMs: 1_700_000_000_000,
  type: 'DEAL',
  from: 'NOT_STARTED',
  to: 'PREPARATION',
  actor: 'ada',
  patch: [{ op: 'replace', path: '/deck', value: 'secret' }],
  stateHash: digestOf({ deck: 'secret' }),
};
const state = { deck: 'secret '.repeat(20) };
const snapshot: Snapshot = {
  revision: 2,
  atMs: 1_700_000_000_000,
  trigger: 'manual',
  phase: 'PREPARATION',
  state,
  hash: digestOf(state),
};

test('what is encrypted shows nothing of the state, and is never written the same way twice', () => {
  const codec = codecWith('a');
  const [one, other] = [codec.encode(event, game), codec.encode(event, game)];
  expect(Buffer.from(one).includes('secret')).toBe(false);
  expect(one).not.toEqual(other);
});

describe('reading', () => {
  test('what is not encrypted is read with keys and without', () => {
    expect(codecWith('a').decodeEvent(plain.encode(event, game), game)).toEqual(event);
  });

  test('a key that is no longer the current one still reads, and writes no more', () => {
    const rotated = codecWith('b', 'a');
    expect(rotated.decodeSnapshot(codecWith('a').encode(snapshot, game), game)).toEqual(snapshot);
    const written = rotated.encode(snapshot, game);
    expect(() => codecWith('a').decodeSnapshot(written, game)).toThrow('the key b');
  });

  test.each([
    ['another key', codecWith('a')],
    ['no key', plain],
  ])('a record whose key is not there names it, and where to add it, for who has %s', (_what, codec) => {
    const bytes = codecWith('z').encode(event, game);
    expect(() => codec.decodeEvent(bytes, game)).toThrow(
      expect.objectContaining({
        code: 'record-unreadable',
        message:
          'The record cannot be read: it is encrypted with the key z, which STATE_ENCRYPTION_KEYS lacks',
        next: 'Add the key z to STATE_ENCRYPTION_KEYS, after the current one',
      }),
    );
  });

  test('once nothing is encrypted any more, the former keys open what was, and write in the open', () => {
    const former = createCodec({ compression: true, formerKeys: ring('a').keys });
    expect(former.decodeEvent(codecWith('a').encode(event, game), game)).toEqual(event);
    expect(plain.decodeEvent(former.encode(event, game), game)).toEqual(event);
  });

  test('another key by the same id does not open a record', () => {
    const other = createCodec({ compression: true, keys: { current: 'a', keys: new Map([['a', key(9)]]) } });
    expect(() => other.decodeEvent(codecWith('a').encode(event, game), game)).toThrow(
      'the key a does not open it',
    );
  });

  test('a record of another game does not open', () => {
    const codec = codecWith('a');
    expect(() => codec.decodeEvent(codec.encode(event, 'room-2'), game)).toThrow(
      'the key a does not open it',
    );
  });

  test('a key id that nobody could have written is not repeated', () => {
    const bytes = Buffer.concat([Buffer.of(2, 3), Buffer.from('\u001b[2'), Buffer.alloc(40)]);
    expect(() => plain.decodeEvent(bytes, game)).toThrow(
      'The record cannot be read: its key has no valid id',
    );
  });
});

describe('keys are refused', () => {
  test.each<[string, KeyRing]>([
    ['that are none', { current: 'a', keys: new Map() }],
    ['without the current one', { ...ring('a'), current: 'b' }],
    ['of another length', { current: 'a', keys: new Map([['a', new Uint8Array(16)]]) }],
    ['with an id that a terminal could not show', ring('\u001b')],
  ])('%s', (_what, keys) => {
    expect(() => createCodec({ compression: false, keys })).toThrow(
      expect.objectContaining({ code: 'config-invalid' }),
    );
  });
});

/** Written once; what they hold is in every production's storage. */
describe('records of version 1', () => {
  const golden: Record<string, string> = JSON.parse(
    readFileSync(new URL('./records-1.golden.json', import.meta.url), 'utf8'),
  );
  const fixedNonce = createCodec({ compression: true, keys: ring('a') }, (bytes) => '0b'.repeat(bytes));

  // Not those that are deflated: zlib writes other bytes on other processors.
  test.each([
    ['event', () => plain.encode(event, game)],
    ['event, encrypted', () => fixedNonce.encode(event, game)],
  ])('are written as ever: %s', (name, write) => {
    expect(Buffer.from(write()).toString('hex')).toBe(golden[name]);
  });

  test.each(Object.entries(golden))('are read for ever: %s', (name, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    const codec = codecWith('a');
    if (name.startsWith('event')) expect(codec.decodeEvent(bytes, game)).toEqual(event);
    else expect(codec.decodeSnapshot(bytes, game)).toEqual(snapshot);
  });
});
