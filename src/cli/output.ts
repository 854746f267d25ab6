/** The two printers: lines for people, one JSON document for scripts. Messages go to stderr. */
import type { Writable } from 'node:stream';
import type { Fault } from '../base/fault.ts';
import { type JsonForm, jsonPieces } from '../base/json-pieces.ts';
import { type CleanLine, safeText } from '../base/safe-text.ts';
import type { VerbResult } from './verb.ts';

/** What a document says about where it comes from. */
export interface Origin {
  readonly environment: string;
  readonly simulated: boolean;
  readonly profile?: string;
}

export interface Output {
  /** @param origin undefined when the configuration does not say */
  result(result: VerbResult, origin: Origin | undefined): Promise<void>;
  fault(fault: Fault, exit: number, origin: Origin | undefined): Promise<void>;
  /** A JSON line before the document; people see progress elsewhere. */
  progress(event: object): void;
}

interface Streams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export function createTextOutput({ stdout, stderr }: Streams, clean: CleanLine): Output {
  return {
    async result(result, origin) {
      const lines = result.text().map(clean);
      // The console has said so on its own screen.
      if (origin?.simulated && lines.length > 0)
        await write(stderr, ['SIMULATED: the embedded sandbox, no real players\n']);
      await write(stdout, [lines.map((line) => `${line}\n`).join('')]);
    },
    async fault(fault) {
      const next = fault.next ? `${safeText(fault.next, clean)}\n` : '';
      await write(stderr, [`gamekeeper: ${safeText(fault.message, clean)}\n${next}`]);
    },
    progress() {},
  };
}

/** @param verb as typed, `backup create`; the document's schema is `gamekeeper/backup-create/1` */
export function createJsonOutput(verb: string, { stdout }: Streams): Output {
  const schema = `gamekeeper/${verb.replaceAll(' ', '-')}/1`;
  const print = (document: object) => write(stdout, jsonPieces(document, onOneLine));
  return {
    result: (result, origin) =>
      print({ schema, ok: result.exit === 0, exit: result.exit, ...origin, result: result.result }),
    fault: (fault, exit, origin) => print({ schema, ok: false, exit, ...origin, fault }),
    progress: (event) => void print({ schema: 'gamekeeper/progress/1', ...event }),
  };
}

const onOneLine: JsonForm = {
  text: (value) => JSON.stringify(value, faultAsData),
  entries: Object.entries,
  indent: 0,
  end: '\n',
};

/** Errors have no enumerable message: without this a Fault inside a result would print as `{}`. */
function faultAsData(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { code, next, retryable } = value as Partial<Fault>;
  return { code: code ?? 'internal', message: value.message, next, retryable };
}

/** Resolves once the text has left this process, so that exiting cannot cut it. */
async function write(stream: Writable, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) await new Promise<void>((resolve) => stream.write(piece, () => resolve()));
}
