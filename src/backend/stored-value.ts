/**
 * Values of records in a backend that cannot say them all. Bytes are stored as they are; what the backend cannot say
 * is stored as a mark and its canonical bytes. Bytes that would be taken for such a value are marked too, so whatever
 * is stored reads back to one value, and whatever is read is stored as the same bytes again.
 */
import type { PartValue } from '../game/record.ts';
import { decodeValue, encodeValue } from '../game/record-codec.ts';

const mark = Buffer.from('\0gk-value\0');

/** For a backend that knows bytes only. */
export function storedBytes(value: PartValue): Uint8Array {
  if (value.kind === 'bytes' && !ownValue(value.bytes)) return value.bytes;
  return markedBytes(value);
}

export function storedValue(bytes: Uint8Array): PartValue {
  return ownValue(bytes) ?? { kind: 'bytes', bytes };
}

const ownValue = (bytes: Uint8Array) => markedValue(bytes, storedBytes);

export function markedBytes(value: PartValue): Uint8Array {
  return Buffer.concat([mark, encodeValue(value)]);
}

/**
 * The value under the mark, if these are bytes that the backend stores it as: bytes under a mark that they do not
 * need stand for themselves.
 *
 * @param store what the backend stores the value as; undefined when not as bytes
 */
export function markedValue(
  bytes: Uint8Array,
  store: (value: PartValue) => Uint8Array | undefined,
): PartValue | undefined {
  if (bytes[0] !== mark[0] || !mark.equals(bytes.subarray(0, mark.length))) return undefined;
  try {
    const value = decodeValue(bytes.subarray(mark.length));
    const stored = store(value);
    return stored && Buffer.compare(stored, bytes) === 0 ? value : undefined;
  } catch {
    return undefined;
  }
}
