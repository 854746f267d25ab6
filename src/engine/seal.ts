/**
 * Encrypted records:
 *
 *   0x02 · u8 length of the key's id · the id (ASCII) · 12 bytes nonce · ciphertext · 16 bytes tag
 *
 * AES-256-GCM under a key of the game's own: HKDF-SHA256 of the configured key, without salt, with
 * `gamekeeper record <game id>` as info. So a record that is moved to another game does not open, and random nonces
 * have their 2^32 records per game and not per fleet. What comes before the ciphertext is authenticated too.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Fault } from '../base/fault.ts';
import type { RandomHex } from '../base/ids.ts';

/** New records are written with the current key; all of them are read. Each is 32 bytes, by its id. */
export interface KeyRing {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

export const sealedByte = 0x02;
const cipher = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const keyIdPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** @throws Fault `config-invalid`: encryption without a usable key would be none. */
export function checkKeys({ current, keys }: KeyRing): void {
  for (const [id, key] of keys) {
    if (!keyIdPattern.test(id))
      throw badKeys('A key has an id of other than 1 to 64 letters, digits, ".", "_", "-"');
    if (key.length !== keyBytes)
      throw badKeys(`The key ${id} has ${key.length} bytes; ${keyBytes} are needed`);
  }
  if (!keys.has(current)) throw badKeys('The key to encrypt with is not among the keys');
}

export function seal(
  bytes: Uint8Array,
  game: string,
  { current, keys }: KeyRing,
  random: RandomHex,
): Uint8Array {
  // Holds: `checkKeys` has seen that it is there.
  const key = keys.get(current) as Uint8Array;
  const id = Buffer.from(current, 'ascii');
  const head = Buffer.concat([Buffer.of(sealedByte, id.length), id, Buffer.from(random(nonceBytes), 'hex')]);
  const sealing = createCipheriv(cipher, gameKey(key, game), head.subarray(-nonceBytes)).setAAD(head);
  return Buffer.concat([head, sealing.update(bytes), sealing.final(), sealing.getAuthTag()]);
}

/** The id of the key that an encrypted record needs; undefined when it names none that could be. */
export function sealedWith(bytes: Uint8Array): string | undefined {
  const id = Buffer.from(bytes.subarray(2, 2 + (bytes[1] ?? 0))).toString('latin1');
  return keyIdPattern.test(id) ? id : undefined;
}

/** @throws Fault `record-unreadable` */
export function unseal(bytes: Uint8Array, game: string, keys: KeyRing['keys']): Uint8Array {
  const headEnd = 2 + (bytes[1] ?? 0) + nonceBytes;
  const textEnd = bytes.length - tagBytes;
  if (textEnd < headEnd) throw sealBroken('it ends too early');
  const id = sealedWith(bytes);
  if (id === undefined) throw sealBroken('its key has no valid id');
  const key = keys.get(id);
  if (!key) throw keyMissing(id);
  const nonce = bytes.subarray(headEnd - nonceBytes, headEnd);
  const opening = createDecipheriv(cipher, gameKey(key, game), nonce, { authTagLength: tagBytes });
  opening.setAAD(bytes.subarray(0, headEnd)).setAuthTag(bytes.subarray(textEnd));
  try {
    return Buffer.concat([opening.update(bytes.subarray(headEnd, textEnd)), opening.final()]);
  } catch (cause) {
    throw sealBroken(
      `the key ${id} does not open it: damaged, of another game, or another key by that id`,
      cause,
    );
  }
}

/** Derived keys of the games of late, by configured key: a derivation costs about half of an encryption. */
const derived = new WeakMap<Uint8Array, LRUCache<string, Uint8Array>>();
const derivedKept = 500;

function gameKey(key: Uint8Array, game: string): Uint8Array {
  const known = derived.get(key) ?? new LRUCache({ max: derivedKept });
  derived.set(key, known);
  const found = known.get(game) ?? derive(key, game);
  known.set(game, found);
  return found;
}

const derive = (key: Uint8Array, game: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, '', `gamekeeper record ${game}`, keyBytes));

const badKeys = (what: string): Fault =>
  new Fault('config-invalid', what, {
    next: 'Give STATE_ENCRYPTION_KEYS as ID:KEY, each key 32 bytes in base64',
  });

const keyMissing = (id: string): Fault =>
  new Fault(
    'record-unreadable',
    `The record cannot be read: it is encrypted with the key ${id}, which STATE_ENCRYPTION_KEYS lacks`,
    {
      next: `Add the key ${id} to STATE_ENCRYPTION_KEYS, after the current one`,
    },
  );

const sealBroken = (why: string, cause?: unknown): Fault =>
  new Fault('record-unreadable', `The record cannot be read: ${why}`, {
    next: 'Check STATE_ENCRYPTION_KEYS; if they are right, recover the game from an older snapshot or a backup',
    cause,
  });
