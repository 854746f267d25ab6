import { createReadStream } from 'node:fs';
import { cannot, errnoOf } from './disk.ts';
import { genesis, type LogLine, looksWhole, readLine, sha256 } from './log.ts';

/** `line` counts from 1, as editors do. */
export type Verification =
  | {
      readonly kind: 'intact';
      readonly lines: number;
      readonly head: string | undefined;
      /** Lines that a crash cut; what they were going to say is not known. */
      readonly torn: number;
    }
  | { readonly kind: 'broken'; readonly line: number; readonly why: string };

/**
 * Checks the whole chain and reports the first line that breaks it. A missing file is an empty log.
 * @param knownHead a hash noted earlier; the log must still hold its line, and may have grown since
 */
export async function verifyLog(path: string, knownHead?: string): Promise<Verification> {
  const chain = new Chain(knownHead);
  let line = 0;
  for await (const text of segments(path)) {
    line += 1;
    const broken = chain.accept(text, line);
    if (broken) return broken;
  }
  return chain.end(line);
}

class Chain {
  #prev = genesis;
  #seq = 0;
  #torn = 0;
  #fragment: { readonly text: string; readonly line: number } | undefined;
  #missing: string | undefined;

  constructor(knownHead: string | undefined) {
    this.#missing = knownHead;
  }

  accept(text: string, line: number): Verification | undefined {
    const read = readLine(text);
    if (!read) return this.#collect(text, line);
    if (read.seq !== this.#seq || read.prev !== this.#prev) {
      return broken(line, `line ${this.#seq} of the chain was expected here, this is line ${read.seq}`);
    }
    if (!this.#closes(read))
      return broken(this.#fragment?.line ?? line, 'a damaged line, not one cut by a crash');
    if (this.#fragment) this.#torn += 1;
    this.#fragment = undefined;
    this.#prev = read.hash;
    this.#seq += 1;
    if (read.hash === this.#missing) this.#missing = undefined;
    return undefined;
  }

  end(lines: number): Verification {
    if (this.#missing !== undefined)
      return broken(lines + 1, `the line with hash ${this.#missing} is missing`);
    return {
      kind: 'intact',
      lines: this.#seq,
      head: this.#seq === 0 ? undefined : this.#prev,
      torn: this.#torn + (this.#fragment ? 1 : 0),
    };
  }

  /** Only the beginning of the very line that was due can be the mark of a crash. */
  #collect(text: string, line: number): Verification | undefined {
    const due = `{"seq":${this.#seq},"atMs":`;
    if (looksWhole(text)) return broken(line, 'its content does not fit its hash');
    if (!due.startsWith(text) && !text.startsWith(due)) return broken(line, 'not a line of this log');
    const before = this.#fragment;
    this.#fragment = before ? { ...before, text: `${before.text}\n${text}` } : { text, line };
    return undefined;
  }

  #closes(read: LogLine): boolean {
    if (!this.#fragment) return read.event !== 'torn';
    return read.event === 'torn' && read.fragmentSha256 === sha256(this.#fragment.text);
  }
}

const broken = (line: number, why: string): Verification => ({ kind: 'broken', line, why });

/** Whole lines, oldest first; what a crash cut and what was damaged is left out. */
export async function* readLog(path: string): AsyncGenerator<LogLine> {
  for await (const text of segments(path)) {
    const line = readLine(text);
    if (line) yield line;
  }
}

async function* segments(path: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of createReadStream(path, { encoding: 'latin1' })) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return;
    throw cannot('read', path, thrown);
  }
  if (rest !== '') yield rest;
}
