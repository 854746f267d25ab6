/**
 * One hash per game: `gk1:{game:<id>}` in the current layout, `game:<id>` in the legacy one. The braces put both
 * into one slot of a cluster when the id itself holds none. A prefix before all of them keeps other games apart on the
 * same server.
 */
import { isUtf8 } from 'node:buffer';
import type { RecordKey } from '../../game/record.ts';

const current = { start: 'gk1:{game:', end: '}' };
const legacy = { start: 'game:' };

/** Of no game: the lock of this place. */
export const lockKey = (prefix: string) => `${prefix}gk1:lock`;

/** Matches both layouts, so that one pass over the keys finds all; `recordKeyOf` drops the rest. */
export const scanPattern = (prefix: string) => `${prefix}*game:*`;

export function keyOf({ id, layout }: RecordKey, prefix: string): string {
  return prefix + (layout === 'legacy' ? legacy.start + id : current.start + id + current.end);
}

/** undefined for a key of somebody else. */
export function recordKeyOf(prefixed: Buffer, prefix: string): RecordKey | undefined {
  // One character for a byte.
  const text = prefixed.toString('latin1');
  if (!text.startsWith(prefix)) return undefined;
  const key = text.slice(prefix.length);
  if (key.startsWith(current.start) && key.endsWith(current.end)) {
    return { id: idOf(key.slice(current.start.length, -current.end.length)), layout: 'current' };
  }
  if (key.startsWith(legacy.start)) return { id: idOf(key.slice(legacy.start.length)), layout: 'legacy' };
  return undefined;
}

/**
 * Bytes that are no UTF-8 become lone surrogates, one each: no two keys share an id, and `isWellFormed` tells
 * that this one cannot be used.
 */
function idOf(latin1: string): string {
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  if (isUtf8(bytes)) return bytes.toString();
  return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
}
