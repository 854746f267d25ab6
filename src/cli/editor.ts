/** Lends the terminal to the person's own editor, with a private copy of a text. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asFault, Fault } from '../base/fault.ts';

export interface Editor {
  /** As it was chosen. */
  readonly command: string;
  /** Nobody else can read the file, and it is gone afterwards. @throws Fault `io-failed` */
  edit(text: string): Promise<Edited>;
}

interface Edited {
  /** As the person left it; as it was when the editor ended with a failure, which is how one says no. */
  readonly text: string;
  /** Like `with code 1`, where the editor ended with a failure. */
  readonly ended?: string;
}

/** @param command a line for the shell, as VISUAL and EDITOR hold it: `code --wait` */
export function createEditor(command: string): Editor {
  return {
    command,
    async edit(text): Promise<Edited> {
      const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-edit-'));
      try {
        // Editors go by the ending of a name.
        const path = join(folder, 'state.json');
        await writeFile(path, text, { mode: 0o600, flag: 'wx' });
        const ended = await runEditor(command, path);
        if (ended !== undefined) return { text, ended };
        const left = await readFile(path, 'utf8').catch(() => undefined);
        return left === undefined ? { text, ended: 'without leaving its file' } : { text: left };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/**
 * The path is an argument of its own, so that the shell never reads it. An editor that is killed leaves the terminal
 * as it needed it, so what it was before is kept and put back.
 */
const script = (command: string): string =>
  `kept=$(stty -g 2>/dev/null); ${command} "$1"; code=$?; [ -z "$kept" ] || stty "$kept"; exit $code`;

/** @returns how it failed; undefined when it ended well */
async function runEditor(command: string, path: string): Promise<string | undefined> {
  const giveBack = ignoreInterrupts();
  try {
    const child = spawn('/bin/sh', ['-c', script(command), 'sh', path], { stdio: 'inherit' });
    const [code, signal] = await once(child, 'close');
    if (code === 0) return undefined;
    return signal === null ? `with code ${code}` : `by ${signal}`;
  } catch (thrown) {
    const { message } = asFault(thrown);
    throw new Fault('io-failed', `The editor did not start: ${message}`, { cause: thrown });
  } finally {
    giveBack();
  }
}

/** Ctrl-C is the editor's while it has the terminal, which sends it to both. */
function ignoreInterrupts(): () => void {
  const listeners = process.listeners('SIGINT');
  const ignore = () => {};
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', ignore);
  return () => {
    process.off('SIGINT', ignore);
    for (const listener of listeners) process.on('SIGINT', listener);
  };
}
