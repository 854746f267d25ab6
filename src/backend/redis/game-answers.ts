/**
 * What a server answers to `gameQuestions`, read where it lies in the socket's bytes. Each game is asked for with
 * PEXPIRETIME, HGETALL, PEXPIRETIME: its fields are one step on the server, and a time of deletion that is the same
 * before and after belongs to them. That costs the server a third of what a script costs. Whatever is not plainly a
 * game, like a refusal, another type or a time that changed meanwhile, is left to those who read one game by script.
 */
import type { PlainFields } from '../../game/plain-fields.ts';
import type { AnswerTaker } from './raw-line.ts';

export type GameAnswer =
  | { readonly kind: 'fields'; readonly fields: PlainFields; readonly expiresAtMs: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear' };

const cr = 13;
const minus = '-'.charCodeAt(0);
const zero = '0'.charCodeAt(0);
const colon = ':'.charCodeAt(0);
const star = '*'.charCodeAt(0);
const dollar = '$'.charCodeAt(0);

const askExpiry = Buffer.from('*2\r\n$11\r\nPEXPIRETIME\r\n$');
const askFields = Buffer.from('*2\r\n$7\r\nHGETALL\r\n$');
const questions = [askExpiry, askFields, askExpiry];
const lineBreak = Buffer.from('\r\n');
const mostLengthBytes = 12;

export function gameQuestions(keys: readonly Buffer[]): Buffer {
  let mostBytes = 0;
  for (const question of questions) {
    for (const key of keys) mostBytes += question.length + mostLengthBytes + key.length + lineBreak.length;
  }
  const commands = Buffer.allocUnsafe(mostBytes);
  let end = 0;
  // They are so short that a call to copy one would take longer.
  const put = (part: Buffer) => {
    for (let index = 0; index < part.length; index++) commands[end++] = part[index] ?? 0;
  };
  for (const key of keys) {
    const length = lengthLine(key.length);
    for (const question of questions) {
      put(question);
      put(length);
      put(key);
      put(lineBreak);
    }
  }
  return commands.subarray(0, end);
}

const lengthLines = new Map<number, Buffer>();

/** Most keys of a storage are of one length. */
function lengthLine(bytes: number): Buffer {
  const line = lengthLines.get(bytes) ?? Buffer.from(`${bytes}\r\n`);
  lengthLines.set(bytes, line);
  return line;
}

const unclear = { kind: 'unclear' } as const;
const absent = { kind: 'absent' } as const;
/** Refused, or not the answer that was to come. */
const noNumber = Number.NaN;
const noKey = -2;

/** Takes the answers of one game after the other, in pieces that end anywhere. */
export class GameAnswers implements AnswerTaker {
  /** What of the present game has been gone through, from its first byte. */
  #read = 0;
  #step: 'before' | 'header' | 'fields' | 'after' = 'before';
  #before = noNumber;
  /** Of the hash's names and values, those still to come; NaN when it is no hash. */
  #missing = 0;
  /** Of one game, then of the next: who takes the answer is done with them before that. */
  #places = new Int32Array(64);
  #placed = 0;
  readonly #took: (answer: GameAnswer) => void;

  constructor(took: (answer: GameAnswer) => void) {
    this.#took = took;
  }

  /**
   * One game's answers, if they are here to their end.
   *
   * @param base where they begin
   * @returns where they end, or -1: ask again with more bytes after the same ones, wherever those lie then
   */
  take(bytes: Buffer, base: number, end: number): number {
    if (this.#step === 'before') {
      const next = lineEnd(bytes, base, end);
      if (next < 0) return -1;
      this.#before = numberAt(bytes, base, next, colon);
      this.#advance('header', next - base);
    }
    if (this.#step === 'header') {
      const next = lineEnd(bytes, base + this.#read, end);
      if (next < 0) return -1;
      this.#missing = numberAt(bytes, base + this.#read, next, star);
      this.#advance('fields', next - base);
    }
    if (this.#step === 'fields') {
      if (!this.#takeFields(bytes, base, end)) return -1;
      this.#step = 'after';
    }
    const next = lineEnd(bytes, base + this.#read, end);
    if (next < 0) return -1;
    const after = numberAt(bytes, base + this.#read, next, colon);
    const placed = this.#placed;
    const isHash = !Number.isNaN(this.#missing);
    this.#placed = 0;
    this.#advance('before', 0);
    if (!isHash || after !== this.#before) this.#took(unclear);
    else if (after === noKey) this.#took(placed === 0 ? absent : unclear);
    else if (placed === 0) this.#took(unclear);
    else {
      const fields = { bytes, base, places: this.#places, fields: placed / 4 };
      this.#took({ kind: 'fields', fields, expiresAtMs: after });
    }
    return next;
  }

  #advance(step: 'before' | 'header' | 'fields', read: number): void {
    this.#step = step;
    this.#read = read;
  }

  #place(from: number, to: number): void {
    if (this.#placed === this.#places.length) {
      const more = new Int32Array(2 * this.#placed);
      more.set(this.#places);
      this.#places = more;
    }
    this.#places[this.#placed++] = from;
    this.#places[this.#placed++] = to;
  }

  #takeFields(bytes: Buffer, base: number, end: number): boolean {
    while (this.#missing > 0) {
      const at = base + this.#read;
      const start = lineEnd(bytes, at, end);
      if (start < 0) return false;
      const length = numberAt(bytes, at, start, dollar);
      if (!(length >= 0)) throw new Error('Redis answered something else than the fields of a hash');
      if (start + length + 2 > end) return false;
      this.#place(start - base, start - base + length);
      this.#read = start - base + length + 2;
      this.#missing--;
    }
    return true;
  }
}

/** Where the line after this one begins, or -1 while this one is not complete. */
function lineEnd(bytes: Buffer, at: number, end: number): number {
  for (let index = at; index + 1 < end; index++) if (bytes[index] === cr) return index + 2;
  return -1;
}

function numberAt(bytes: Buffer, at: number, next: number, kind: number): number {
  if (bytes[at] !== kind) return noNumber;
  const isNegative = bytes[at + 1] === minus;
  let value = 0;
  for (let index = isNegative ? at + 2 : at + 1; index < next - 2; index++) {
    value = value * 10 + (bytes[index] ?? 0) - zero;
  }
  return isNegative ? -value : value;
}
