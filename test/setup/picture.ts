/** Draws the README's picture: the console on the sandbox, long enough for the panels to have a past. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { toSvg } from './picture-svg.ts';
import { createWorld } from './world.ts';

const size = { columns: 120, rows: 36 };
const historyMs = 20_000;
const picture = fileURLToPath(new URL('../picture/console.svg', import.meta.url));

const world = await createWorld();
try {
  const console = world.open(size);
  await console.waitFor('SIMULATED');
  await console.watch(historyMs);
  await writeFile(picture, toSvg({ ...size, title: 'gamekeeper', cell: console.cell }));
} finally {
  await world.close();
}
process.stdout.write(`${picture}\n`);
