/** From a key to its paint in the bundled console: at rest, and while it makes a backup and validates it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startRedis } from '../setup/redis.ts';
import type { Terminal } from '../setup/terminal.ts';
import { createWorld } from '../setup/world.ts';
import { benchRecords, type GameSet, gameSets } from './game-sets.ts';
import { type Rate, rateLine, rateOf } from './measure.ts';
import { pipe, writeCommands } from './piped-games.ts';

const keysAtRest = 200;
/** As a person presses them, and not in step with the redraws of the console. */
const pausesMs = [45, 60, 90];

export async function run(): Promise<readonly string[]> {
  await promisify(execFile)(process.execPath, ['esbuild.config.ts']);
  const lines: string[] = [];
  for (const set of gameSets) lines.push(`a backup of ${set.name}`, ...(await compare(set)), '');
  return lines;
}

async function compare(set: GameSet): Promise<string[]> {
  const server = await startRedis();
  const world = await createWorld();
  try {
    const commands = join(world.folder, 'games.resp');
    await writeCommands(commands, benchRecords(set));
    await pipe(server.port, commands);
    const size = { columns: 80, rows: 24 };
    const console = world.open(size, ['--screen', 'backups'], { REDIS_URL: server.url });
    await console.waitFor('There is no archive yet');
    console.press('c');
    await console.waitFor('PREVIEW', { timeoutMs: 60_000 });
    const atRest = await pressKeys(console, (pressed) => pressed < keysAtRest);
    let isDone = false;
    console.press('a');
    const done = console.waitFor(/^ DONE: every step/, { timeoutMs: 120_000 }).then(() => {
      isDone = true;
    });
    const busy = await pressKeys(console, () => !isDone);
    await done;
    return [
      rateLine('at rest', atRest.keys),
      rateLine('at rest, Esc', atRest.esc),
      rateLine('while it runs', busy.keys),
      rateLine('while it runs, Esc', busy.esc),
    ];
  } finally {
    await world.close();
    await server.stop();
  }
}

interface Pressed {
  readonly keys: Rate;
  /** For which Ink waits 20 ms, as it may begin another key. */
  readonly esc: Rate;
}

/** Opens and closes the help, and presses keys that are told to do nothing: the only ones that do no harm while it runs. */
async function pressKeys(console: Terminal, goesOn: (pressed: number) => boolean): Promise<Pressed> {
  const tookMs: number[] = [];
  const escTookMs: number[] = [];
  const startMs = performance.now();
  for (let pressed = 0; goesOn(pressed); pressed++) {
    const step = steps[pressed % steps.length];
    if (!step) break;
    await wait(pausesMs[pressed % pausesMs.length]);
    const pressedMs = performance.now();
    console.press(step.key);
    await console.waitFor(step.shows);
    (step.key === 'esc' ? escTookMs : tookMs).push(performance.now() - pressedMs);
  }
  const allMs = performance.now() - startMs;
  return {
    keys: rateOf(Float64Array.from(tookMs), allMs),
    esc: rateOf(Float64Array.from(escTookMs), allMs),
  };
}

const lineWith = (text: string) => (lines: readonly string[]) => lines.some((line) => line.includes(text));
const without = (text: string) => (lines: readonly string[]) => !lineWith(text)(lines);

const steps = [
  { key: '?', shows: lineWith('close the help') },
  { key: 'esc', shows: without('close the help') },
  { key: 'z', shows: lineWith('z does nothing here') },
  { key: 'w', shows: lineWith('w does nothing here') },
];
