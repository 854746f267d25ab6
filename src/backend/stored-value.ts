/**
 * Values of records in a backend that knows bytes only. Bytes are stored as they are; what they cannot say is stored
 * as a mark and its canonical bytes. Bytes that would be taken for such a value are marked too, so whatever is stored
 * reads back to one value, and whatever is read is stored as the same bytes again.
 */
import type { PartValue } from '../game/record.ts';
import { decodeValue, encodeValue } from '../game/record-codec.ts';

const mark = Buffer.from('\0gk-value\0');

export function storedBytes(value: PartValue): Uint8Array {
  if (value.kind === 'bytes' && !markedValue(value.bytes)) return value.bytes;
  return Buffer.concat([mark, encodeValue(value)]);
}

export function storedValue(bytes: Uint8Array): PartValue {
  return markedValue(bytes) ?? { kind: 'bytes', bytes };
}

function markedValue(bytes: Uint8Array): PartValue | undefined {
  if (bytes[0] !== mark[0] || !mark.equals(bytes.subarray(0, mark.length))) return undefined;
  try {
    const value = decodeValue(bytes.subarray(mark.length));
    // Only what storedBytes would write is ours: bytes under a mark that they do not need stand for themselves.
    return Buffer.compare(storedBytes(value), bytes) === 0 ? value : undefined;
  } catch {
    return undefined;
  }
}
