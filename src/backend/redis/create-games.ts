/**
 * Many games that are not there yet, in one transaction of plain commands: each is put under a passing name, and gets
 * its own by RENAMENX, which refuses where there is a game. A script would copy every byte twice more, and took the
 * server half as long again. Whatever the server does not plainly take so is left to those who write one game by script.
 */
import { type EncodedRecord, plainFieldAt } from '../../game/encoded-record.ts';
import type { Replaced } from '../port.ts';
import { keyOf } from './keys.ts';
import type { AnswerTaker } from './raw-line.ts';

/** `script`: nothing was written of it, and its script tells why. */
export type Creation = Replaced | { readonly kind: 'script' };

/** One write to the server, and no longer than others should wait for theirs. */
const transactionBytes = 256 * 1024;
const mostGames = 256;

/** Whether its fields are what Redis holds as they are; and what `checkRecord` refuses is for it to say. */
export function isPlainGame(record: EncodedRecord, nowMs: number): boolean {
  const { bytes, fields, fieldsAt, hasOnlyBytes, layout, revision, expiresAtMs } = record;
  if (fields === 0 || !hasOnlyBytes) return false;
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return false;
  const isCurrent = layout === 'current';
  const rev = isCurrent && revision ? String(revision) : undefined;
  let says = !isCurrent && revision === undefined;
  let at = fieldsAt;
  for (let field = 0; field < fields; field++) {
    const { nameAt, nameEnd, valueAt, valueEnd } = plainFieldAt(bytes, at);
    // Values of other types begin with a zero byte, see stored-value.ts; few others do.
    if (valueAt < valueEnd && bytes[valueAt] === 0) return false;
    if (isCurrent && isText(bytes, nameAt, nameEnd, 'rev')) says = isText(bytes, valueAt, valueEnd, rev);
    at = valueEnd;
  }
  return says;
}

/** Only for ASCII. */
function isText(bytes: Buffer, at: number, end: number, text: string | undefined): boolean {
  if (end - at !== text?.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** As many at a time as one transaction should have. */
export function* transactions(records: readonly EncodedRecord[]): Generator<readonly EncodedRecord[]> {
  let group: EncodedRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    if (group.length === mostGames || (bytes > 0 && bytes + record.bytes.length > transactionBytes)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(record);
    bytes += record.bytes.length;
  }
  if (group.length > 0) yield group;
}

/**
 * @param prefix of the keys, see keys.ts
 * @param passing begins the passing names, which are like no other's
 */
export function writeCreations(
  commands: Commands,
  records: readonly EncodedRecord[],
  prefix: string,
  passing: string,
): void {
  const keys = records.map((record) => keyOf(record, prefix));
  const names = records.map((_, n) => `${prefix}gk1:~${passing}:${n}`);
  commands.begin(records.reduce((sum, record, n) => sum + mostBytes(record, keys[n] ?? ''), 64));
  commands.array(1);
  commands.text('MULTI');
  for (const [n, { bytes, fields, fieldsAt, expiresAtMs }] of records.entries()) {
    const [key, name] = [keys[n] ?? '', names[n] ?? ''];
    commands.array(2 + fields * 2);
    commands.text('HSET');
    commands.text(name);
    let at = fieldsAt;
    for (let field = 0; field < fields; field++) {
      const { nameAt, nameEnd, valueAt, valueEnd } = plainFieldAt(bytes, at);
      commands.bulk(bytes, nameAt, nameEnd);
      commands.bulk(bytes, valueAt, valueEnd);
      at = valueEnd;
    }
    if (expiresAtMs !== undefined) {
      commands.array(3);
      for (const argument of ['PEXPIREAT', name, String(expiresAtMs)]) commands.text(argument);
    }
    commands.array(3);
    for (const argument of ['RENAMENX', name, key]) commands.text(argument);
  }
  if (names.length > 0) {
    commands.array(1 + names.length);
    for (const argument of ['DEL', ...names]) commands.text(argument);
  }
  commands.array(1);
  commands.text('EXEC');
}

/** Of the frame of one argument: `$`, up to 10 digits, and two ends of a line. */
const frameBytes = 15;

function mostBytes({ bytes, fields }: EncodedRecord, key: string): number {
  const argumentsBytes = fields * 2 * frameBytes + bytes.length;
  return argumentsBytes + 3 * key.length + 3 * (key.length + 64) + 16 * frameBytes + 64;
}

const [cr, lf, zero] = [13, 10, 48];
const [star, dollar, plus, colon] = [...'*$+:'].map((sign) => sign.charCodeAt(0));
/** Shorter ones are copied faster here than by a call. */
const shortBytes = 24;

/** Its memory is filled anew each time: asking for more costs as much, and a collection of all garbage now and then. */
export class Commands {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  begin(mostBytes: number): void {
    if (this.#bytes.length < mostBytes) this.#bytes = Buffer.allocUnsafeSlow(mostBytes);
    this.#at = 0;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  array(count: number): void {
    this.#count(star ?? 0, count);
  }

  /** Nearly always it is ASCII, and so short that calls would cost more than it does. */
  text(text: string): void {
    const bytes = this.#bytes;
    const start = this.#at;
    this.#count(dollar ?? 0, text.length);
    let at = this.#at;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) {
        this.#at = start;
        this.#count(dollar ?? 0, Buffer.byteLength(text));
        at = this.#at + bytes.write(text, this.#at);
        break;
      }
      bytes[at++] = code;
    }
    this.#at = at;
    this.#end();
  }

  bulk(from: Buffer, start: number, end: number): void {
    this.#count(dollar ?? 0, end - start);
    const bytes = this.#bytes;
    let at = this.#at;
    if (end - start > shortBytes) at += from.copy(bytes, at, start, end);
    else for (let index = start; index < end; index++) bytes[at++] = from[index] ?? 0;
    this.#at = at;
    this.#end();
  }

  #count(sign: number, count: number): void {
    const bytes = this.#bytes;
    const from = this.#at;
    bytes[from] = sign;
    let digits = 1;
    for (let rest = count; rest >= 10; rest = Math.floor(rest / 10)) digits++;
    let rest = count;
    for (let at = from + digits; at > from; at--) {
      const tens = Math.floor(rest / 10);
      bytes[at] = zero + rest - tens * 10;
      rest = tens;
    }
    this.#at = from + digits + 1;
    this.#end();
  }

  #end(): void {
    this.#bytes[this.#at++] = cr;
    this.#bytes[this.#at++] = lf;
  }
}

/**
 * The answers to what `writeCreations` wrote, as one. Each is a line: MULTI's, one for each command that is queued,
 * EXEC's, and then, unless that refuses it all, one for each command that was done.
 */
export class CreationAnswers implements AnswerTaker {
  /** Of each game, where among the commands the one is that gives it its name. */
  readonly #renames: number[] = [];
  readonly #commands: number;
  readonly #creations: Creation[];
  #line = 0;
  #read = 0;
  #isTransaction = true;
  #lines: number;

  constructor(records: readonly EncodedRecord[]) {
    let commands = 0;
    for (const { expiresAtMs } of records) {
      commands += expiresAtMs === undefined ? 2 : 3;
      this.#renames.push(commands - 1);
    }
    this.#commands = records.length > 0 ? commands + 1 : 0;
    this.#lines = this.#commands + 2;
    this.#creations = records.map(() => ({ kind: 'script' }));
  }

  get creations(): readonly Creation[] {
    return this.#creations;
  }

  /** False when the commands were carried out on their own: what became of the games is not known. */
  get isTransaction(): boolean {
    return this.#isTransaction;
  }

  take(bytes: Buffer, base: number, end: number): number {
    let game = this.#renames.findIndex((rename) => rename >= this.#line - this.#commands - 2);
    while (this.#line < this.#lines) {
      const at = base + this.#read;
      let lineEnd = at;
      while (lineEnd < end && bytes[lineEnd] !== lf) lineEnd++;
      if (lineEnd === end) return -1;
      if (this.#line === 0) this.#isTransaction = bytes[at] === plus;
      // Otherwise it was refused as a whole.
      if (this.#line === this.#commands + 1 && bytes[at] === star) this.#lines += this.#commands;
      if (this.#line - this.#commands - 2 === this.#renames[game]) {
        if (bytes[at] === colon)
          this.#creations[game] = { kind: bytes[at + 1] === zero ? 'changed' : 'written' };
        game++;
      }
      this.#read = lineEnd + 1 - base;
      this.#line++;
    }
    return base + this.#read;
  }
}
