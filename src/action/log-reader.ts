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
 * @param knownHeads hashes noted earlier; the log must still hold their lines, and may have grown since
 */
export async function verifyLog(path: string, knownHeads: readonly string[] = []): Promise<Verification> {
  const chain = new Chain(knownHeads);
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
  /** What a crash may have left, until the line that closes it. */
  #fragment: { readonly text: string; readonly line: number } | undefined;
  readonly #missing: Set<string>;

  constructor(knownHeads: readonly string[]) {
    this.#missing = new Set(knownHeads);
  }

  accept(text: string, line: number): Verification | undefined {
    const read = readLine(text);
    const why = read ? this.#misfit(read) : this.#notTorn(text);
    if (why !== undefined) return broken(this.#fragment?.line ?? line, why);
    if (read) this.#advance(read);
    else this.#collect(text, line);
    return undefined;
  }

  end(lines: number): Verification {
    const [missing] = this.#missing;
    if (missing !== undefined) return broken(lines + 1, `the line with hash ${missing} is missing`);
    return {
      kind: 'intact',
      lines: this.#seq,
      head: this.#seq === 0 ? undefined : this.#prev,
      torn: this.#torn + (this.#fragment ? 1 : 0),
    };
  }

  #misfit(read: LogLine): string | undefined {
    if (!this.#isClosedBy(read)) return 'a damaged line, not one cut by a crash';
    if (read.seq === this.#seq && read.prev === this.#prev) return undefined;
    return `line ${this.#seq} of the chain was expected, this is line ${read.seq}`;
  }

  #isClosedBy({ event, fragmentSha256 }: LogLine): boolean {
    if (!this.#fragment) return event !== 'torn';
    return event === 'torn' && fragmentSha256 === sha256(this.#fragment.text);
  }

  /** Only the beginning of the very line that was due can be the mark of a crash. */
  #notTorn(text: string): string | undefined {
    if (looksWhole(text)) return 'its content does not fit its hash';
    const due = `{"seq":${this.#seq},"atMs":`;
    return due.startsWith(text) || text.startsWith(due) ? undefined : 'not a line of this log';
  }

  #advance({ hash }: LogLine): void {
    if (this.#fragment) this.#torn += 1;
    this.#fragment = undefined;
    this.#prev = hash;
    this.#seq += 1;
    this.#missing.delete(hash);
  }

  #collect(text: string, line: number): void {
    const open = this.#fragment;
    this.#fragment = open ? { ...open, text: `${open.text}\n${text}` } : { text, line };
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
