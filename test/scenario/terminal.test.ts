/** The harness itself, on programs whose screens are known. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { processesLeft } from '../setup/processes.ts';
import { openTerminal, type Terminal } from '../setup/terminal.ts';

let folder: string;
let terminal: Terminal | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gamekeeper-terminal-'));
});

afterEach(async () => {
  await terminal?.close();
  rmSync(folder, { recursive: true });
});

function run(script: string): Terminal {
  const env = { PATH: '/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8' };
  terminal = openTerminal('/bin/bash', ['--norc', '--noprofile', '-c', script], {
    columns: 40,
    rows: 10,
    env,
    cwd: folder,
  });
  return terminal;
}

describe('a terminal of the tests', () => {
  test('shows what a program prints, where it prints it', async () => {
    const shown = run(String.raw`printf '\e[3;5Hhere'; read`);
    await shown.waitFor('here');
    expect(shown.screen()[2]).toBe('    here');
  });

  test('tells bold, dim and colour of a cell', async () => {
    const shown = run(String.raw`printf '\e[1;31mA\e[0;2mB\e[0;38;2;1;2;255mC\e[0mD'; read`);
    await shown.waitFor('ABCD');
    expect([0, 1, 2, 3].map((x) => shown.cell(x, 0))).toMatchObject([
      { char: 'A', bold: true, dim: false, fg: 1 },
      { char: 'B', bold: false, dim: true, fg: undefined },
      { char: 'C', fg: '#0102ff' },
      { char: 'D', bold: false, dim: false, fg: undefined },
    ]);
  });

  test('tells the alternate screen, the cursor, the title and full clears', async () => {
    const shown = run(
      String.raw`printf '\e[?1049h\e[?25l\e]0;a title\a\e[2Jinside'; read; printf '\e[?25h\e[?1049loutside'`,
    );
    await shown.waitFor('inside');
    expect(shown).toMatchObject({ altScreen: true, cursorVisible: false, title: 'a title', fullClears: 1 });
    shown.press('enter');
    await shown.waitFor('outside');
    expect(shown).toMatchObject({ altScreen: false, cursorVisible: true });
  });

  test('counts lines that scroll away, in the alternate screen too', async () => {
    const shown = run(String.raw`printf '\e[?1049hready'; read; seq 12; read`);
    await shown.waitFor('ready');
    const before = shown.scrolledLines;
    shown.press('enter');
    await shown.waitFor('12');
    expect(shown.scrolledLines - before).toBeGreaterThan(3);
  });

  test('sends keys by name, text, and bracketed pastes where they are wanted', async () => {
    const shown = run(String.raw`stty raw -echo; printf '\e[?2004hready\n'; head -c 26 | cat -v`);
    await shown.waitFor('ready');
    shown.press('up', 'esc', 'ctrl-l');
    shown.type('hi');
    shown.paste('one\ntwo');
    await shown.waitFor('^[[A^[^Lhi^[[200~one^Mtwo^[[201~');
  });

  test('tells the program when its size changes', async () => {
    const shown = run(`trap 'stty size; exit' WINCH; echo ready; while :; do read -t 1; done`);
    await shown.waitFor('ready');
    shown.resize(70, 20);
    await shown.waitFor('20 70');
  });

  test('resolves a wait at the write that shows it, and fails with the whole screen', async () => {
    const shown = run('echo first; read; echo second; read');
    await shown.waitFor('first');
    await expect(shown.waitFor('never', { timeoutMs: 50 })).rejects.toThrow(
      /never showed "never"[\s\S]*\|first {35}\|/,
    );
    shown.press('enter');
    await shown.waitFor((lines) => lines.includes('second'));
  });

  test('fails a wait at once when the program has ended', async () => {
    await expect(run('exit 3').waitFor('never')).rejects.toThrow('The program ended (code 3, signal 0)');
  });

  test('tells how the program ended', async () => {
    await expect(run('exit 7').exited).resolves.toEqual({ code: 7, signal: 0 });
  });

  test('tells which signal ended the program', async () => {
    const shown = run('echo ready; exec sleep 60');
    await shown.waitFor('ready');
    shown.kill('SIGTERM');
    expect(await shown.exited).toMatchObject({ signal: 15 });
  });

  test('hangs up as a lost connection does', async () => {
    const shown = run('echo ready; exec sleep 60');
    await shown.waitFor('ready');
    shown.hangUp();
    expect(await shown.exited).toMatchObject({ signal: 1 });
  });

  test('leaves no process behind, and would find one', async () => {
    const shown = run(`echo ready; sleep 60`);
    await shown.waitFor('ready');
    expect(await processesLeft(folder, 0)).not.toEqual([]);
    await shown.close();
    // bash is gone; the sleep it started gets the hang-up of the closed terminal.
    expect(await processesLeft(folder, 2000)).toEqual([]);
  });
});
