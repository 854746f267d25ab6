/** What the console changes on the platform: previewed, confirmed by typing, done step by step, verified. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { flagNames } from '../../src/platform/flags.ts';
import { documentOf } from '../setup/document.ts';
import { nameOf, openConsole, sizes, test } from '../setup/scenario.ts';
import type { Terminal } from '../setup/terminal.ts';
import type { TestWorld } from '../setup/world.ts';

const text = (console: Terminal) => console.screen().join('\n');

/** An action ends within this; a rollback watches the servers for some seconds. */
const runs = { timeoutMs: 30_000 };

const json = async (world: TestWorld, ...args: readonly string[]) =>
  documentOf(await world.run([...args, '--json'])).result;

describe.concurrent.each(sizes.map((size) => ({ name: nameOf(size), size })))('at $name', ({ size }) => {
  test('a rollback turns every flag off, verifies it, and leaves its trace in the audit log', async ({
    world,
  }) => {
    const console = await openConsole(world, size);
    console.press('4');
    await console.waitFor('all: persistence 100 %');
    console.press('d');
    await console.waitFor('Why is it rolled back?');
    console.type('a drill\r');
    await console.waitFor('PREVIEW');
    const previewed = await json(world, 'rollback', 'status');
    expect(previewed.verdict).toBe('on');

    console.press('a');
    await console.waitFor('CONFIRM');
    console.type('sandbox');
    await console.waitFor('[ Run ]');
    console.press('enter');
    await console.waitFor(/DONE: every step took effect and every check passed/, runs);
    expect(text(console)).not.toMatch(/FAIL|UNCLEAR/);
    console.press('esc');
    await console.waitFor('all: persistence off');

    const { verdict, flags } = await json(world, 'rollback', 'status');
    expect(verdict).toBe('off');
    for (const server of flags.servers) {
      for (const name of flagNames) expect(server.flags[name].enabled).toBe(false);
    }
    const { entries } = await json(world, 'audit', 'show');
    expect(entries).toMatchObject([
      { event: 'run-started', action: 'rollback run' },
      { event: 'run-ended', action: 'rollback run', outcome: 'done' },
    ]);
    expect((await json(world, 'audit', 'verify')).kind).toBe('intact');
  });

  test('a backup with options is typed as in a shell, mended, and previewed before it is made', async ({
    world,
  }) => {
    const console = await openConsole(world, size);
    console.press(':');
    await console.waitFor('Enter go');
    // Typed, each character would be a frame of its own.
    console.paste('backup create --name typed --codec none --where layout:old');
    console.press('enter');
    await console.waitFor('says nothing of which games are meant');
    console.press(...Array<string>(3).fill('backspace'));
    console.type('legacy\r');
    await console.waitFor('PREVIEW');
    console.press('a');
    await console.waitFor(/DONE: every step/, runs);
    const { archives } = await json(world, 'backup', 'list');
    expect(archives).toMatchObject([
      { name: 'typed', manifest: { codec: 'none', filter: { where: { layout: 'legacy' } } } },
    ]);
  });

  test('an archive is created, validated, and restored over games that are being played', async ({
    world,
  }) => {
    const console = await openConsole(world, size);
    console.press('3');
    await console.waitFor('There is no archive yet');
    console.press('c');
    await console.waitFor('PREVIEW');
    expect((await json(world, 'backup', 'list')).archives).toEqual([]);
    console.press('a');
    await console.waitFor(/DONE: every step/, runs);
    console.press('esc');
    await console.waitFor(/► sandbox-\d+T/);

    console.press('v');
    await console.waitFor('VALID: every hash matches', runs);
    console.press('esc');
    await console.waitFor(/► sandbox-\d+T/);

    console.press('t');
    await console.waitFor('What shall become of games that exist already?');
    console.press('4');
    await console.waitFor('PREVIEW');
    expect(text(console)).toMatch(/\d+ to overwrite/);
    console.press('a');
    await console.waitFor('CONFIRM');
    console.type('sandbox\r');
    await console.waitFor(/^ DONE: every step/, runs);
  });

  test('a restore whose archive is another one since the preview is refused, and changes nothing', async ({
    world,
  }) => {
    const console = await openConsole(world, size);
    await json(world, 'backup', 'create', '--name', 'before');
    console.press('3');
    await console.waitFor(/► before/);
    console.type('t4');
    await console.waitFor('PREVIEW');
    await json(world, 'backup', 'create', '--name', 'other');
    await copyFile(join(world.backups, 'other.gka'), join(world.backups, 'before.gka'));
    console.press('a');
    await console.waitFor('CONFIRM');
    console.type('sandbox\r');
    await console.waitFor('It did not run; nothing was changed', runs);
    expect(text(console)).toContain('stale');
    const { entries } = await json(world, 'audit', 'show');
    expect(entries.filter(({ action }: { action: string }) => action === 'backup restore')).toEqual([]);
  });
});
