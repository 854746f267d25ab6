/** What a field says, whichever backend it comes from: bytes in Redis and the embedded store, types in DynamoDB. */
import { isUtf8 } from 'node:buffer';
import type { GameRecord, PartValue } from './record.ts';

/** A name that is no text is shown as its bytes. */
export function nameText(name: Uint8Array): string {
  return isUtf8(name) ? Buffer.from(name).toString() : `0x${Buffer.from(name).toString('hex')}`;
}

export function partOf({ parts }: Pick<GameRecord, 'parts'>, name: string): PartValue | undefined {
  const wanted = Buffer.from(name);
  return parts.find((part) => wanted.equals(part.name))?.value;
}

/** undefined for what is no text and no number. */
export function textValue(value: PartValue): string | undefined {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'number') return value.digits;
  return value.kind === 'bytes' && isUtf8(value.bytes) ? Buffer.from(value.bytes).toString() : undefined;
}

/** Bytes of all names and values, as far as they are comparable between backends. */
export function sizeOf({ parts }: Pick<GameRecord, 'parts'>): number {
  return parts.reduce((sum, { name, value }) => sum + name.length + valueBytes(value), 0);
}

function valueBytes(value: PartValue): number {
  switch (value.kind) {
    case 'bytes':
      return value.bytes.length;
    case 'text':
      return Buffer.byteLength(value.text);
    case 'number':
      return value.digits.length;
    case 'boolean':
    case 'null':
      return 1;
    case 'list':
      return value.items.reduce((sum, item) => sum + valueBytes(item), 0);
    case 'map':
      return sizeOf({ parts: value.entries });
    default:
      return value.items.reduce((sum, item) => sum + item.length, 0);
  }
}
