import { createHash } from 'node:crypto';
import { type JsonForm, jsonPieces } from './json-pieces.ts';

/** JSON with sorted keys and no spaces: equal values have equal text. `undefined` fields are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner) ? sorted(inner) : inner,
  );
}

/** Names that are whole numbers come first, whatever the order: so it is with objects. */
const sorted = (object: object): object =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

const canonical: JsonForm = {
  text: canonicalJson,
  entries: (object) => Object.entries(sorted(object)),
  indent: 0,
  end: '',
};

/** SHA-256 (hex) of the canonical JSON. */
export function digestOf(value: unknown): string {
  const hash = createHash('sha256');
  for (const piece of jsonPieces(value, canonical)) hash.update(piece);
  return hash.digest('hex');
}
