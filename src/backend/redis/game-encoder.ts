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
    const game = {
      id: key.id,
      revision: countIn(fields, rev) || undefined,
      expiresAtMs: expiresAtMs < 0 ? undefined : expiresAtMs,
      fields,
    };
    return { kind: 'record', key: headIn(key, fields), bytes: this.#plain.encode(game) };
  }
}

function headIn({ id, layout }: RecordKey, fields: PlainFields): RecordHead {
  const { bytes, base, places } = fields;
  const phaseAt = find(fields, phase);
  const updatedAtMs = countIn(fields, updated);
  return {
    id,
    layout,
    ...(phaseAt < 0
      ? {}
      : {
          phase: bytes.toString('utf8', base + (places[phaseAt + 2] ?? 0), base + (places[phaseAt + 3] ?? 0)),
        }),
    ...(updatedAtMs === undefined ? {} : { updatedAtMs }),
  };
}

/** As countOf of `current-layout.ts`, of the field's value. */
function countIn(fields: PlainFields, name: Buffer): number | undefined {
  const field = find(fields, name);
  if (field < 0) return undefined;
  const { bytes, base, places } = fields;
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

/** Where the field's places begin, or -1. */
function find({ bytes, base, places }: PlainFields, name: Buffer): number {
  for (let field = 0; field < places.length; field += 4) {
    const at = places[field] ?? 0;
    if ((places[field + 1] ?? 0) - at === name.length && startsWith(bytes, base + at, name)) return field;
  }
  return -1;
}

function startsWith(bytes: Buffer, at: number, name: Buffer): boolean {
  for (let index = 0; index < name.length; index++) if (bytes[at + index] !== name[index]) return false;
  return true;
}

/** Whether one stands for another value, which may be other bytes. They begin with a zero byte, which few others do. */
function hasMarkedValue({ bytes, base, places }: PlainFields): boolean {
  for (let at = 2; at < places.length; at += 4) {
    const [from, to] = [base + (places[at] ?? 0), base + (places[at + 1] ?? 0)];
    if (from === to || bytes[from] !== 0) continue;
    const stored = bytes.subarray(from, to);
    const value = storedValue(stored);
    if (value.kind !== 'bytes' || value.bytes !== stored) return true;
  }
  return false;
}

function buffersOf({ bytes, base, places }: PlainFields): Buffer[] {
  const buffers: Buffer[] = [];
  for (let at = 0; at < places.length; at += 2) {
    buffers.push(bytes.subarray(base + (places[at] ?? 0), base + (places[at + 1] ?? 0)));
  }
  return buffers;
}
