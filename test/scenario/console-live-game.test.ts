/** A game that a server of the sandbox holds and plays on: who holds it is told, and a change has it let go first. */
import { describe, expect } from 'vitest';
import { awaitVerdict, nameOf, sizes, testOnSandbox as test } from '../setup/scenario.ts';
import type { Terminal } from '../setup/terminal.ts';

const text = (console: Terminal) => console.screen().join('\n');
const runs = { timeoutMs: 20_000 };
const tries = 12;

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

/** It may be played on between the preview and the confirmation, and is then refused, as it should be. */
async function recoverTo(console: Terminal, moment: string): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    console.press('R', '3');
    await console.waitFor('To its state at?', runs);
    console.type(`${moment}\r`);
    await console.waitFor('PREVIEW', runs);
    if (/in the memory of/.test(text(console))) {
      console.press('a');
      await console.waitFor('CONFIRM', runs);
      console.type('sandbox\r');
      await console.waitFor(
        /^ (DONE|PARTIAL|FAILED|NOT DONE|INCONCLUSIVE)|did not run|without a report/,
        runs,
      );
      const done = text(console).includes('DONE: every step');
      console.press('esc');
      await console.waitFor(/GAME {2}room-/, runs);
      if (done) return;
    } else {
      console.press('esc');
      await console.waitFor(/GAME {2}room-/, runs);
    }
  }
  throw new Error(`The game was never left alone for long enough:\n${text(console)}`);
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
    console.press('a');
    await console.waitFor('CONFIRM', runs);
    console.type('sandbox\r');
    await console.waitFor(/^ DONE: every step/, runs);
    console.press('esc');
    await console.waitFor(/GAME {2}room-/, runs);
  });

  test('a game that is held is let go before its state is put back', async ({ openConsole, sandbox }) => {
    const console = await openConsole(size);
    const id = await openLiveGame(console);
    const events = async () =>
      JSON.parse((await sandbox.run(['games', 'show', id, '--json'])).stdout).result.events;
    const [first] = await events();
    await recoverTo(console, new Date(first.atMs).toISOString());
    expect((await events()).map(({ type }: { type: string }) => type)).toContain('RECOVERED');
  });
});
