/** What a verb tells a person along the way, and what it asks; all of it on stderr, so that stdout is the result. */
import { createInterface } from 'node:readline/promises';
import { systemClock } from '../base/clock.ts';
import type { CleanLine } from '../base/safe-text.ts';
import { safeText } from '../base/safe-text.ts';
import type { Output } from './output.ts';
import { createJsonProgress, createTextProgress } from './progress.ts';
import type { VerbCall } from './verb.ts';

type Conversation = Pick<VerbCall, 'progress' | 'say' | 'ask'>;

export function talkToScript(output: Output): Conversation {
  return { progress: createJsonProgress(output), say: () => {}, ask: undefined };
}

export function talkToPerson(clean: CleanLine, signal: AbortSignal): Conversation {
  const { stdin, stderr } = process;
  return {
    progress: createTextProgress(stderr, { live: stderr.isTTY === true, clean, clock: systemClock }),
    say: (lines) => void stderr.write(lines.map((line) => `${clean(line)}\n`).join('')),
    ask: stdin.isTTY && stderr.isTTY ? (question) => askLine(safeText(question, clean), signal) : undefined,
  };
}

async function askLine(question: string, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // In raw mode Ctrl-C is a key, and readline would keep it to itself.
  lines.on('SIGINT', () => process.emit('SIGINT'));
  const hungUp = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  let answer: string | undefined;
  try {
    answer = await Promise.race([lines.question(question, { signal }), hungUp]);
    return answer;
  } finally {
    lines.close();
    // Nobody pressed Enter: what is said next has a line of its own.
    if (answer === undefined) process.stderr.write('\n');
  }
}
