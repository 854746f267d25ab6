/** The console on a living platform: what it shows, and how an operator gets around in it. */
import { describe, expect } from 'vitest';
import { awaitVerdict, nameOf, sizes, testOnSandbox as test } from '../setup/scenario.ts';
import type { Terminal } from '../setup/terminal.ts';

const text = (console: Terminal) => console.screen().join('\n');

const title = 'Disable state persistence?';

/** A figure with its unit; every kind of panel shows one. */
const units = {
  rate: /\d\/s/,
  ratio: /\d %/,
  time: /\d ms/,
  size: /\d (B|KiB|MiB|GiB)/,
  perMinute: /\d\/min/,
};

describe.each(sizes.map((size) => ({ name: nameOf(size), size })))('at $name', ({ size }) => {
  test('it starts with the verdict top left, the world it is in, and figures with units', async ({
    openConsole,
  }) => {
    const console = await openConsole(size);
    await awaitVerdict(console);
    expect(console.screen()[0]).toMatch(/^ [●▲] (HEALTHY|DEGRADED) for /);
    expect(console.screen()[0]).toContain('0 games unpersisted');
    expect(console.screen()[1]).toContain('SIMULATED');
    for (const figure of Object.values(units)) await console.waitFor(figure);
    expect(text(console)).toMatch(/use_state|persistence/);
    expect(text(console)).toContain('TURN');
  });

  test('its numbers change while it is looked at', async ({ openConsole }) => {
    const console = await openConsole(size);
    const rate = () => /(\d[\d.]*)\/s/.exec(text(console))?.[1];
    await console.waitFor(units.rate);
    const before = rate();
    await console.waitFor(() => rate() !== before);
  });

  test('it never repaints the whole screen, nor scrolls it, by itself', async ({ openConsole }) => {
    const console = await openConsole(size);
    const { fullClears, scrolledLines } = console;
    const clock = () => /\d\d:\d\d:\d\d UTC/.exec(text(console))?.[0];
    const seen = new Set<string | undefined>();
    await console.waitFor(() => seen.add(clock()).size > 4);
    expect(console.fullClears).toBe(fullClears);
    expect(console.scrolledLines).toBe(scrolledLines);
  });

  test('each screen opens with its key, and Esc leads back', async ({ openConsole }) => {
    const console = await openConsole(size);
    for (const [key, title] of [
      ['2', 'RUNBOOKS'],
      ['3', 'BACKUPS'],
      ['4', 'ROLLBACK'],
      ['5', 'GAMES'],
    ] as const) {
      console.press(key);
      await console.waitFor(title);
      console.press('esc');
      await console.waitFor('OVERVIEW');
    }
  });

  test('each screen opens with its command', async ({ openConsole }) => {
    const console = await openConsole(size);
    for (const name of ['runbooks', 'backups', 'rollback', 'games', 'overview']) {
      console.type(`:${name}\r`);
      await console.waitFor(name.toUpperCase());
    }
    console.type(':walk disable-persistence\r');
    await console.waitFor(title);
  });

  test('a command that does not exist is named and leads nowhere', async ({ openConsole }) => {
    const console = await openConsole(size);
    console.type(':nonsense\r');
    await console.waitFor('nonsense');
    expect(text(console)).toContain('OVERVIEW');
  });

  test('it opens on the screen that was asked for', async ({ openConsole }) => {
    const console = await openConsole(size, ['--screen', 'backups']);
    await console.waitFor('BACKUPS');
  });

  test('? lists the keys of the screen below, with the reason where one does nothing', async ({
    openConsole,
  }) => {
    const console = await openConsole(size);
    console.press('3');
    await console.waitFor('BACKUPS');
    console.press('?');
    await console.waitFor('close the help');
    for (const what of ['create', 'validate', 'restore', 'filter', 'quit']) {
      expect(text(console)).toContain(what);
    }
    expect(text(console)).toContain('not now: no archive is selected');
    console.press('end');
    await console.waitFor('draw the screen again');
    console.press('esc');
    await console.waitFor('Archives in');
  });

  test('/ filters a list, Esc clears the filter', async ({ openConsole }) => {
    const console = await openConsole(size);
    console.press('2');
    await console.waitFor(title);
    console.type('/no such runbook');
    await console.waitFor((lines) => !lines.some((line) => line.includes(title)));
    console.press('esc');
    await console.waitFor(title);
    console.type('/DISABLE');
    await console.waitFor(/\/ ?DISABLE/);
    console.press('enter');
    await console.waitFor(title);
  });

  test('the runbook is walked with live evidence to its outcome', async ({ openConsole }) => {
    const console = await openConsole(size);
    console.press('2');
    await console.waitFor(title);
    console.press('enter');
    await console.waitFor('How many storage operations fail?');
    await console.waitFor(/Error ratio +0(\.\d+)? %/);
    expect(text(console)).toMatch(/► 3 .*suggested/);
    console.press('3');
    await console.waitFor('OUTCOME');
    expect(text(console)).toContain('Leave persistence as it is');
  });

  test('leaving the suggested way asks why, and nothing is taken without a reason', async ({
    openConsole,
  }) => {
    const console = await openConsole(size);
    console.type(':walk disable-persistence\r');
    await console.waitFor(/► 3 .*suggested/);
    console.press('2');
    await console.waitFor(/why/i);
    console.press('enter');
    await console.waitFor(/needed/);
    expect(text(console)).toContain('How many storage operations fail?');
  });

  test('the preview of a rollback names every flag of every server, and Esc changes none', async ({
    openConsole,
    sandbox,
  }) => {
    const console = await openConsole(size);
    console.press('4');
    await console.waitFor('ROLLBACK');
    await console.waitFor(/all: persistence 100 %/);
    console.press('d');
    await console.waitFor('Why is it rolled back?');
    console.type('a drill\r');
    await console.waitFor(/6 update/);
    console.press('esc');
    await console.waitFor(/all: persistence 100 %/);
    const { stdout } = await sandbox.run(['rollback', 'status', '--json']);
    expect(JSON.parse(stdout).result.verdict).toBe('on');
  });

  test('a wrong name, or Enter alone, does not confirm', async ({ openConsole, sandbox }) => {
    const console = await openConsole(size);
    console.press('4');
    await console.waitFor('ROLLBACK');
    await console.waitFor(/all: persistence 100 %/);
    console.type('da drill\r');
    await console.waitFor('PREVIEW');
    console.press('a');
    await console.waitFor('CONFIRM');
    console.type('production\r');
    await console.waitFor('is not the name of this environment');
    expect(text(console)).toContain('CONFIRM');
    console.press('esc');
    await console.waitFor('PREVIEW');
    console.press('a');
    await console.waitFor('CONFIRM');
    console.press('enter', 'enter', 'enter');
    await console.waitFor('PREVIEW');
    const { stdout } = await sandbox.run(['rollback', 'status', '--json']);
    expect(JSON.parse(stdout).result.verdict).toBe('on');
  });

  test('pasted text presses no key', async ({ openConsole }) => {
    const console = await openConsole(size);
    console.press('4');
    await console.waitFor('ROLLBACK');
    await console.waitFor(/all: persistence 100 %/);
    console.paste('d\nq:quit\r\u001b[2Jsandbox\n');
    await console.waitFor('Pasted text is only taken by a text field');
    expect(text(console)).toContain('ROLLBACK');
  });

  test('bytes that are no keys change nothing', async ({ openConsole }) => {
    const console = await openConsole(size);
    console.type('\u001b[99;99~\u001b]0;title\u0007\u0000\u001b[<0;3;3M\ufffd\u200b');
    console.press('2');
    await console.waitFor('RUNBOOKS');
    expect(console.title).toBe('');
  });

  test('q restores the screen, shows the cursor and ends with 0', async ({ openConsole }) => {
    const console = await openConsole(size);
    expect(console).toMatchObject({ altScreen: true, cursorVisible: false });
    console.press('q');
    expect(await console.exited).toEqual({ code: 0, signal: 0 });
    expect(console).toMatchObject({ altScreen: false, cursorVisible: true });
    expect(text(console).trim()).toBe('');
  });

  test('Ctrl-C quits like q', async ({ openConsole }) => {
    const console = await openConsole(size);
    console.press('ctrl-c');
    expect(await console.exited).toEqual({ code: 0, signal: 0 });
    expect(console).toMatchObject({ altScreen: false, cursorVisible: true });
  });
});
