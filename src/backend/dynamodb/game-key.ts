import { Fault } from '../../base/fault.ts';
import type { RecordKey } from '../../game/record.ts';

/** DynamoDB's own limit for a partition key. */
export const mostIdBytes = 2048;
const namedChars = 40;

/** undefined when the id can be a key; other backends hold games that DynamoDB cannot even be asked for. */
export function keyFault({ id }: Pick<RecordKey, 'id'>): Fault | undefined {
  const bytes = Buffer.byteLength(id);
  if (bytes > 0 && bytes <= mostIdBytes) return undefined;
  const name = id.length > namedChars ? `${id.slice(0, namedChars)}…` : id;
  const message = `Game ${name} cannot be in DynamoDB: its id has ${bytes} bytes, and a key takes 1 to ${mostIdBytes}`;
  return new Fault('record-unreadable', message, { next: 'Keep this game in another backend' });
}

/** @throws Fault for an id that no key can be */
export function checkKey(key: Pick<RecordKey, 'id'>): void {
  const fault = keyFault(key);
  if (fault) throw fault;
}
