import type { Form } from './form.ts';

/** Key id → 32 bytes; `current` encrypts, the others are there to read what they encrypted before. */
export interface KeyRing {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

const keyBytes = 32;

/** `id:base64,id:base64`; the first is the current one. */
export const encryptionKeys: Form<KeyRing> = {
  expects: 'ID:BASE64 of 32 bytes, comma-separated, the current one first',
  parse(text) {
    const keys = new Map<string, Uint8Array>();
    for (const part of text.split(',')) {
      const [, id, base64] = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]+={0,2})$/.exec(part.trim()) ?? [];
      if (id === undefined || base64 === undefined)
        return { problem: 'expected keys like k1:BASE64, comma-separated, the current one first' };
      const bytes = Buffer.from(base64, 'base64');
      if (bytes.length !== keyBytes)
        return {
          problem: `key ${keys.size + 1} has ${bytes.length} bytes: expected 32, as from openssl rand -base64 32`,
        };
      if (keys.has(id)) return { problem: `key ${keys.size + 1} has the id of one before it` };
      keys.set(id, new Uint8Array(bytes));
    }
    const [current] = keys.keys();
    return current === undefined ? { problem: 'expected a key' } : { value: { current, keys } };
  },
};
