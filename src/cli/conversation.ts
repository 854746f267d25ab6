/** What a verb tells a person along the way, and what it asks; all of it on stderr, so that stdout is the result. */
import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { AskSecret } from '../backup/archive-keys.ts';
import { systemClock } from '../base/clock.ts';
import type { CleanLine } from '../base/safe-text.ts';
import { safeText } from '../base/safe-text.ts';
import type { Output } from './output.ts';
import { createJsonProgress, createTextProgress } from './progress.ts';
import type { VerbCall } from './verb.ts';

interface Conversation extends Pick<VerbCall, 'progress' | 'say' | 'ask'> {
  readonly askSecret: AskSecret | undefined;
}

export function talkToScript(output: Output): Conversation {
  return {
    progress: createJsonProgress(output, systemClock),
    say: () => {},
    ask: undefined,
    askSecret: undefined,
  };
}

export function talkToPerson(clean: CleanLine, signal: AbortSignal): Conversation {
  const { stdin, stderr } = process;
  return {
    progress: createTextProgress(stderr, { live: stderr.isTTY === true, clean, clock: systemClock }),
    say: (lines) => void stderr.write(lines.map((line) => `${clean(line)}\n`).join('')),
    ...(stdin.isTTY && stderr.isTTY
      ? {
          ask: (question) => askLine(safeText(question, clean), signal),
          askSecret: (question) => askSecretly(safeText(question, clean), signal),
        }
      : { ask: undefined, askSecret: undefined }),
  };
}

type Asking = (lines: Interface) => Promise<string>;

const askLine = (question: string, signal: AbortSignal) =>
  converse(process.stderr, (lines) => lines.question(question, { signal }));

/** Nothing of what is typed is shown. */
async function askSecretly(question: string, signal: AbortSignal): Promise<string | undefined> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await converse(unseen, (lines) => {
    // Only now: until the terminal is in raw mode, it shows itself what is typed.
    process.stderr.write(question);
    return lines.question('', { signal });
  });
  if (answer !== undefined) process.stderr.write('\n');
  return answer;
}

async function converse(output: NodeJS.WritableStream, ask: Asking): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  // In raw mode Ctrl-C is a key, and readline would keep it to itself.
  lines.on('SIGINT', () => process.emit('SIGINT'));
  const hungUp = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  let answer: string | undefined;
  try {
    answer = await Promise.race([ask(lines), hungUp]);
    return answer;
  } finally {
    lines.close();
    // Nobody pressed Enter: what is said next has a line of its own.
    if (answer === undefined) process.stderr.write('\n');
  }
}
