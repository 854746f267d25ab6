/** Lends the terminal to the person's own editor, with a private copy of a text. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';

export interface Editor {
  /** As it was chosen. */
  readonly command: string;
  /**
   * The text as the person left it; as it was when the editor ended with a failure, which is how one says no. Nobody
   * else can read the file, and it is gone afterwards.
   * @throws Fault `io-failed`
   */
  edit(text: string): Promise<string>;
}

/** @param command a line for the shell, as VISUAL and EDITOR hold it: `code --wait` */
export function createEditor(command: string): Editor {
  return {
    command,
    async edit(text) {
      const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-edit-'));
      try {
        // Editors go by the ending of a name.
        const path = join(folder, 'state.json');
        await writeFile(path, text, { mode: 0o600, flag: 'wx' });
        return (await runEditor(command, path)) ? await readFile(path, 'utf8') : text;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The path is an argument of its own, so that the shell never reads it. */
function runEditor(command: string, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${command} "$1"`, 'sh', path], { stdio: 'inherit' });
    const failed = (cause: Error) =>
      reject(new Fault('io-failed', `The editor did not start: ${cause.message}`, { cause }));
    child.once('error', failed);
    child.once('close', (code) => resolve(code === 0));
  });
}
