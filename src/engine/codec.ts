/**
 * Events and snapshots as bytes. Version 1:
 *
 *   text    {"crc":"<8 hex digits>",<the fields of the event or snapshot>}
 *           crc is the CRC-32 of everything after its comma
 *   packed  the text as UTF-8, or 0x01 and the text as raw DEFLATE, whichever is shorter
 *   bytes   what is packed; or encrypted, from 0x02 on, see `seal.ts`
 *
 * Text starts with `{`, so that any Redis or SQLite shell shows it. Events are never deflated, for a transition waits
 * for them; those of before that decision were, and are read. DEFLATE rather than zstd: at 0.3, 2 and 10 KB it was
 * smaller (221, 508 and 1,434 bytes against 230, 560 and 1,650) and no slower (20 to 60 µs, 8 to 15 µs to inflate).
 */
import { promisify } from 'node:util';
import { crc32, deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import { type RandomHex, randomHex } from '../base/ids.ts';
import { fitShape } from '../base/shape-words.ts';
import type { Json } from '../game/game.ts';
import { phases } from '../game/phases.ts';
import { type GameEvent, type Snapshot, snapshotTriggers } from '../game/record.ts';
import { checkKeys, type KeyRing, seal, sealedByte, sealedWith, unseal } from './seal.ts';

const deflateAside = promisify(deflateRaw);
const deflated = 0x01;
const openBrace = 0x7b;
const head = /^\{"crc":"([0-9a-f]{8})",/;
const headLength = '{"crc":"00000000",'.length;

/** Room for the largest state that the engine accepts; what is longer is neither written nor inflated. */
const maxTextBytes = 1 << 23;

const json = z.custom<Json>((value) => value !== undefined);
const revision = z.int().positive();
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const operation = z.object({
  op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
  path: z.string(),
  from: z.string().exactOptional(),
  value: json.exactOptional(),
});

const eventShape: z.ZodType<GameEvent> = z.object({
  revision,
  atMs: z.number(),
  type: z.string(),
  from: z.enum(phases).nullable(),
  to: z.enum(phases),
  actor: z.string(),
  patch: z.array(operation),
  stateHash: hash,
  covers: z.int().positive().exactOptional(),
  writeId: z.string().exactOptional(),
  error: z.string().exactOptional(),
  reason: z.string().exactOptional(),
});

const snapshotShape: z.ZodType<Snapshot> = z.object({
  revision,
  atMs: z.number(),
  trigger: z.enum(snapshotTriggers),
  phase: z.enum(phases),
  state: json,
  hash,
  writeId: z.string().exactOptional(),
});

/** `game` is the id of the game that a record belongs to: an encrypted one opens for no other. */
export interface Codec {
  /** @throws Fault `game-invalid` when the document is too large to be read back. */
  encode(document: GameEvent | Snapshot, game: string): Uint8Array;
  /** As encode, but a snapshot is deflated by another thread. */
  encodeAside(snapshot: Snapshot, game: string): Promise<Uint8Array>;
  /** @throws Fault `record-unreadable`; the caller says which game and revision. */
  decodeEvent(bytes: Uint8Array, game: string): GameEvent;
  /** As decodeEvent; a snapshot whose state does not have its hash is unreadable too. */
  decodeSnapshot(bytes: Uint8Array, game: string): Snapshot;
  /** Whether a record is encrypted with a key that is not there: it may be as good as new. */
  isLocked(bytes: Uint8Array): boolean;
}

interface CodecSettings {
  /** Deflates snapshots. What is deflated is read in any case. */
  readonly compression: boolean;
  /** Encrypts what is written. What is not encrypted is read in any case. */
  readonly keys?: KeyRing;
  /** Opens what was encrypted before, where nothing is encrypted any more. */
  readonly formerKeys?: KeyRing['keys'];
}

/**
 * @param random makes nonces: unlike elsewhere, anything that repeats itself breaks the encryption
 * @throws Fault `config-invalid` when the keys cannot be used
 */
export function createCodec(
  { compression, keys, formerKeys = new Map() }: CodecSettings,
  random: RandomHex = randomHex,
): Codec {
  if (keys) checkKeys(keys);
  const known = keys?.keys ?? formerKeys;
  const closed = (packed: Uint8Array, game: string) => (keys ? seal(packed, game, keys, random) : packed);
  const textIn = (bytes: Uint8Array, game: string) =>
    textOf(bytes[0] === sealedByte ? unseal(bytes, game, known) : bytes);
  return {
    encode(document, game) {
      const text = textOfDocument(document);
      return closed(compression && 'state' in document ? shorter(text, deflateRawSync(text)) : text, game);
    },
    async encodeAside(snapshot, game) {
      const text = textOfDocument(snapshot);
      return closed(compression ? shorter(text, await deflateAside(text)) : text, game);
    },
    decodeEvent: (bytes, game) => decode(textIn(bytes, game), eventShape),
    decodeSnapshot(bytes, game) {
      const snapshot = decode(textIn(bytes, game), snapshotShape);
      if (digestOf(snapshot.state) !== snapshot.hash) throw unreadable('its state does not match its hash');
      return snapshot;
    },
    isLocked(bytes) {
      const id = bytes[0] === sealedByte ? sealedWith(bytes) : undefined;
      return id !== undefined && !known.has(id);
    },
  };
}

function textOfDocument(document: GameEvent | Snapshot): Buffer {
  const fields = JSON.stringify(document).slice(1);
  const crc = crc32(fields).toString(16).padStart(8, '0');
  const text = Buffer.from(`{"crc":"${crc}",${fields}`);
  if (text.length <= maxTextBytes) return text;
  throw new Fault(
    'game-invalid',
    `Revision ${document.revision} is ${text.length} bytes long; ${maxTextBytes} are the most`,
    { next: 'Keep large or growing data outside the state of the game' },
  );
}

function shorter(text: Buffer, raw: Buffer): Uint8Array {
  return raw.length + 1 < text.length ? Buffer.concat([Buffer.of(deflated), raw]) : text;
}

function decode<T>(text: string, shape: z.ZodType<T>): T {
  const crc = head.exec(text)?.[1];
  if (!crc) throw unreadable('it does not start with a checksum');
  const fields = text.slice(headLength);
  if (crc32(fields) !== Number.parseInt(crc, 16)) throw unreadable('its checksum does not match');
  const fitted = fitShape(shape, parseFields(fields));
  if (fitted.kind === 'wrong') throw unreadable(fitted.what);
  return fitted.data;
}

function textOf(bytes: Uint8Array): string {
  if (bytes[0] === openBrace) return Buffer.from(bytes).toString();
  if (bytes[0] !== deflated) throw unreadable(`its first byte is ${bytes[0] ?? 'missing'}`);
  try {
    return inflateRawSync(bytes.subarray(1), { maxOutputLength: maxTextBytes }).toString();
  } catch (cause) {
    throw unreadable('it does not inflate', cause);
  }
}

function parseFields(fields: string): unknown {
  try {
    return JSON.parse(`{${fields}`);
  } catch (cause) {
    throw unreadable('it is not JSON', cause);
  }
}

function unreadable(why: string, cause?: unknown): Fault {
  return new Fault('record-unreadable', `The record cannot be read: ${why}`, {
    next: 'Recover the game from an older snapshot or a backup',
    cause,
  });
}
