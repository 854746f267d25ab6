import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../base/fault.ts';
import type { Item } from './attribute-value.ts';

/** DynamoDB's own limit. */
const mostBytes = 400 * 1024;

/** As DynamoDB counts, numbers rounded up. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + attributeBytes(value);
  return bytes;
}

/** undefined for an item that DynamoDB takes. */
export function sizeFault(id: string, item: Item): Fault | undefined {
  const bytes = itemBytes(item);
  return bytes > mostBytes ? tooLarge(id, bytes) : undefined;
}

/** @param bytes undefined when only DynamoDB knows */
export function tooLarge(id: string, bytes?: number): Fault {
  const size = bytes === undefined ? 'more than' : `${Math.ceil(bytes / 1024)} KB, over`;
  return new Fault(
    'refused',
    `Game ${id} needs an item of ${size} the ${mostBytes / 1024} KB that DynamoDB takes`,
    { next: 'Keep this game in another backend, or make its fields smaller' },
  );
}

function attributeBytes({ S, N, B, L, M, SS, NS, BS }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return numberBytes(N);
  if (B !== undefined) return B.length;
  if (L !== undefined) return L.reduce((sum, item) => sum + 1 + attributeBytes(item), 3);
  if (M !== undefined) return itemBytes(M) + Object.keys(M).length + 3;
  if (SS !== undefined) return SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (NS !== undefined) return NS.reduce((sum, digits) => sum + numberBytes(digits), 0);
  if (BS !== undefined) return BS.reduce((sum, bytes) => sum + bytes.length, 0);
  return 1;
}

const numberBytes = (digits: string) => Math.min(21, Math.ceil(digits.length / 2) + 2);
