/** Terminals that are small, plain, dumb or none: a clear message or a plain working form. */
import { describe, expect } from 'vitest';
import { awaitVerdict, openConsole, small, test } from '../setup/scenario.ts';
import type { Terminal } from '../setup/terminal.ts';

const tiny = { columns: 40, rows: 10 };
const text = (console: Terminal) => console.screen().join('\n');

function cellsOf(console: Terminal, { columns, rows }: typeof tiny) {
  return Array.from({ length: columns * rows }, (_, at) =>
    console.cell(at % columns, Math.floor(at / columns)),
  );
}

describe.concurrent('the console', () => {
  test('at 40x10 shows the verdict, what is at stake, the world and the keys', async ({ world }) => {
    const console = await openConsole(world, tiny);
    expect(text(console)).toMatch(/HEALTHY|DEGRADED/);
    expect(text(console)).toContain('0 games unpersisted');
    expect(text(console)).toContain('SIMULATED');
    expect(text(console)).toMatch(/q quit|\? /);
  });

  test('at 40x10 still opens every screen, and never scrolls', async ({ world }) => {
    const console = await openConsole(world, tiny);
    const { scrolledLines } = console;
    for (const [key, shown] of [
      ['2', /disable-persis/],
      ['3', /archive/i],
      ['4', /flags|persistence/i],
    ] as const) {
      console.press(key);
      await console.waitFor(shown);
    }
    expect(console.scrolledLines).toBe(scrolledLines);
  });

  test('with NO_COLOR has no colours, and still marks what is bold', async ({ world }) => {
    const console = world.open(small, [], { NO_COLOR: '1' });
    await awaitVerdict(console);
    const cells = cellsOf(console, small);
    expect(cells.filter(({ fg, bg }) => fg !== undefined || bg !== undefined)).toEqual([]);
    expect(cells.some(({ bold }) => bold)).toBe(true);
  });

  test('has colours otherwise', async ({ world }) => {
    const console = await openConsole(world, small);
    expect(cellsOf(console, small).some(({ fg }) => fg !== undefined)).toBe(true);
  });

  test('with LANG=C draws with ASCII alone', async ({ world }) => {
    const console = world.open(small, [], { LANG: 'C' });
    await awaitVerdict(console);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for
    expect(text(console)).toMatch(/^[\x00-\x7f]*$/);
  });

  test('paints where CI is set', async ({ world }) => {
    const console = world.open(small, [], { CI: '1' });
    await awaitVerdict(console);
    console.press('q');
    expect(await console.exited).toMatchObject({ code: 0 });
  });

  test('on TERM=dumb says what to use instead, and exits 2 without a control sequence', async ({ world }) => {
    const console = world.open(small, [], { TERM: 'dumb' });
    expect(await console.exited).toEqual({ code: 2, signal: 0 });
    expect(text(console)).toContain('TERM=dumb cannot move the cursor');
    expect(text(console)).toContain('gamekeeper status');
    expect(console).toMatchObject({ altScreen: false, fullClears: 0 });
  });

  test('with an input that is no terminal says so and exits 2', async ({ world }) => {
    const console = world.openShell(small, 'echo q | gamekeeper');
    expect(await console.exited).toEqual({ code: 2, signal: 0 });
    expect(text(console)).toContain('standard input is not a terminal');
    expect(console.altScreen).toBe(false);
  });

  test('asked for an unknown screen names those there are and exits 2', async ({ world }) => {
    const console = world.open(small, ['--screen', 'nope']);
    expect(await console.exited).toEqual({ code: 2, signal: 0 });
    expect(text(console)).toContain('There is no screen "nope"');
    expect(text(console)).toContain('overview');
    expect(console.altScreen).toBe(false);
  });

  test('that is read-only has no key that changes the target, and says so', async ({ world }) => {
    const console = await openConsole(world, small, ['--read-only']);
    expect(text(console)).toContain('READ-ONLY');
    console.press('4');
    await console.waitFor('ROLLBACK');
    expect(text(console)).not.toContain('disable persistence');
    console.press('d');
    await console.waitFor('read-only: no key changes the target');
  });

  test('shows no escape sequence of a game, player or error', async ({ world }) => {
    const console = await openConsole(world, small);
    await world.run(['backup', 'create', '--name', 'all']);
    console.press('3');
    await console.waitFor(/► all/);
    // Everything is new there; a legacy game of the sandbox has one in its id.
    console.type(':backup restore all --to embedded/elsewhere --on-existing fail\r');
    await console.waitFor('PREVIEW');
    console.press('end');
    await console.waitFor(/\\u\{1b\}|\\x1b|␛/);
    expect(console.title).toBe('');
    expect(console.screen()[0]).toMatch(/HEALTHY|DEGRADED/);
  });
});
