/** A game that a server of the sandbox holds and plays on: who holds it is told, and a change has it let go first. */
import { describe, expect, vi } from 'vitest';
import { awaitVerdict, nameOf, sizes, testOnSandbox as test } from '../setup/scenario.ts';
import type { Terminal } from '../setup/terminal.ts';

const text = (console: Terminal) => console.screen().join('\n');
const runs = { timeoutMs: 20_000 };
/** Its table is closed for some seconds after an eviction. */
const goesOn = { timeout: 40_000, interval: 1_000 };

async function openLiveGame(console: Terminal): Promise<string> {
  await awaitVerdict(console);
  console.press('5');
  await console.waitFor(/[1-9]\d* games, by id/, runs);
  console.type('/layout:current phase:TURN,DECLARATION younger:10s\r');
  await console.waitFor(/► room-/, runs);
  console.press('enter');
  await console.waitFor(/GAME {2}room-\w+/, runs);
  return /GAME {2}(room-\w+)/.exec(text(console))?.[1] ?? '';
}

async function confirm(console: Terminal): Promise<void> {
  console.press('a');
  await console.waitFor('CONFIRM', runs);
  console.type('sandbox\r');
  await console.waitFor(/^ DONE: every step/, runs);
  console.press('esc');
  await console.waitFor(/GAME {2}room-/, runs);
}

async function hold(console: Terminal): Promise<void> {
  console.press('h');
  await console.waitFor('For how long?', runs);
  console.press('enter');
  await console.waitFor('PREVIEW', runs);
  await confirm(console);
  await console.waitFor(/ON HOLD \d+ s/, runs);
}

describe.each(sizes.map((size) => ({ name: nameOf(size), size })))('at $name', ({ size }) => {
  test('who holds a game is told, and the server that holds it takes its snapshot', async ({
    openConsole,
  }) => {
    const console = await openConsole(size);
    await openLiveGame(console);
    console.press('tab', 'tab', 'tab', 'tab');
    await console.waitFor(/holds revision \d+/, runs);
    await console.waitFor(/does not hold it/, runs);
    console.press('s');
    await console.waitFor('PREVIEW', runs);
    await console.waitFor(/by http:/, runs);
    await confirm(console);
  });

  test('a game that moves every few seconds is held, recovered with a preview, and goes on', async ({
    openConsole,
    sandbox,
  }) => {
    const console = await openConsole(size);
    const id = await openLiveGame(console);
    const revisionsOf = async () => {
      const { events } = JSON.parse((await sandbox.run(['games', 'show', id, '--json'])).stdout).result;
      return (
        (events as readonly { readonly type: string; readonly atMs: number; readonly revision: number }[]) ??
        []
      );
    };
    await hold(console);
    const [first] = await revisionsOf();
    console.press('R', '3');
    await console.waitFor('To its state at?', runs);
    console.type(`${new Date(first?.atMs ?? 0).toISOString()}\r`);
    await console.waitFor('PREVIEW', runs);
    await console.waitFor(/in the memory of/, runs);
    await confirm(console);
    await vi.waitFor(async () => {
      const types = (await revisionsOf()).map(({ type }) => type);
      expect(types).toContain('RECOVERED');
      expect(types.at(-1)).not.toBe('RECOVERED');
    }, goesOn);
  });
});
