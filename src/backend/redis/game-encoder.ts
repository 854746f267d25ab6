import { PlainEncoder, type PlainFields } from '../../game/plain-fields.ts';
import type { RecordKey } from '../../game/record.ts';
import { encodedRead } from '../encoded-scan.ts';
import type { EncodedRead } from '../port.ts';
import type { RecordHead } from '../record-head.ts';
import { storedValue } from '../stored-value.ts';
import { recordOf } from './read.ts';

const rev = Buffer.from('rev');
const phase = Buffer.from('phase');
const updated = Buffer.from('updated');

/** Encodes what was read. What is not of the current layout, or no plain bytes, goes by way of a record. */
export class GameEncoder {
  readonly #plain = new PlainEncoder();

  /** What was encoded so far is not needed any more. */
  reuse(): void {
    this.#plain.reuse();
  }

  /** @param expiresAtMs negative for none */
  encode(key: RecordKey, fields: PlainFields, expiresAtMs: number): EncodedRead {
    if (key.layout === 'legacy' || hasMarkedValue(fields)) {
      return encodedRead(recordOf(key, buffersOf(fields), expiresAtMs));
    }
    const { revAt, phaseAt, updatedAt } = headPlaces(fields);
    const game = {
      id: key.id,
      revision: countAt(fields, revAt) || undefined,
      expiresAtMs: expiresAtMs < 0 ? undefined : expiresAtMs,
      fields,
    };
    return {
      kind: 'record',
      key: headIn(key, fields, phaseAt, countAt(fields, updatedAt)),
      bytes: this.#plain.encode(game),
    };
  }
}

/** Where the places of these fields begin, or -1: in one go, since every game is asked for them. */
function headPlaces({ bytes, base, places, fields }: PlainFields) {
  let [revAt, phaseAt, updatedAt] = [-1, -1, -1];
  for (let field = 0; field < 4 * fields; field += 4) {
    const at = places[field] ?? 0;
    const length = (places[field + 1] ?? 0) - at;
    if (length === rev.length && startsWith(bytes, base + at, rev)) revAt = field;
    else if (length === phase.length && startsWith(bytes, base + at, phase)) phaseAt = field;
    else if (length === updated.length && startsWith(bytes, base + at, updated)) updatedAt = field;
  }
  return { revAt, phaseAt, updatedAt };
}

function headIn(
  { id, layout }: RecordKey,
  { bytes, base, places }: PlainFields,
  phaseAt: number,
  updatedAtMs: number | undefined,
): RecordHead {
  if (phaseAt < 0) return { id, layout, ...(updatedAtMs === undefined ? {} : { updatedAtMs }) };
  const [from, to] = [base + (places[phaseAt + 2] ?? 0), base + (places[phaseAt + 3] ?? 0)];
  const phase = bytes.toString('utf8', from, to);
  return updatedAtMs === undefined ? { id, layout, phase } : { id, layout, phase, updatedAtMs };
}

/** As countOf of `current-layout.ts`, of the value of the field whose places begin there. */
function countAt({ bytes, base, places }: PlainFields, field: number): number | undefined {
  if (field < 0) return undefined;
  const at = base + (places[field + 2] ?? 0);
  const end = base + (places[field + 3] ?? 0);
  const hasLeadingZero = bytes[at] === 0x30 && end - at > 1;
  if (at === end || hasLeadingZero) return undefined;
  let count = 0;
  for (let index = at; index < end; index++) {
    const digit = (bytes[index] ?? 0) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    count = count * 10 + digit;
  }
  return Number.isSafeInteger(count) ? count : undefined;
}

function startsWith(bytes: Buffer, at: number, name: Buffer): boolean {
  for (let index = 0; index < name.length; index++) if (bytes[at + index] !== name[index]) return false;
  return true;
}

/** Whether one stands for another value, which may be other bytes. They begin with a zero byte, which few others do. */
function hasMarkedValue({ bytes, base, places, fields }: PlainFields): boolean {
  for (let at = 2; at < 4 * fields; at += 4) {
    const [from, to] = [base + (places[at] ?? 0), base + (places[at + 1] ?? 0)];
    if (from === to || bytes[from] !== 0) continue;
    const stored = bytes.subarray(from, to);
    const value = storedValue(stored);
    if (value.kind !== 'bytes' || value.bytes !== stored) return true;
  }
  return false;
}

function buffersOf({ bytes, base, places, fields }: PlainFields): Buffer[] {
  const buffers: Buffer[] = [];
  for (let at = 0; at < 4 * fields; at += 2) {
    buffers.push(bytes.subarray(base + (places[at] ?? 0), base + (places[at + 1] ?? 0)));
  }
  return buffers;
}
