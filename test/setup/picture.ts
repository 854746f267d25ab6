/** Draws the README's picture: the console on the sandbox, while its storage is out. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toSvg } from './picture-svg.ts';
import { createWorld } from './world.ts';

const size = { columns: 120, rows: 36 };
/** Healthy for as long as the charts look back, then an outage that has just been noticed. */
const healthyMs = 50_000;
const brokenMs = 6_000;
const picture = fileURLToPath(new URL('../picture/console.svg', import.meta.url));

const world = await createWorld();
try {
  const console = world.open(size);
  await console.waitFor('HEALTHY', { timeoutMs: 30_000 });
  await console.watch(healthyMs);
  await world.run(['sandbox', '--fault', 'outage']);
  await console.waitFor('DOWN', { timeoutMs: 30_000 });
  await console.watch(brokenMs);
  await mkdir(dirname(picture), { recursive: true });
  await writeFile(picture, toSvg({ ...size, title: 'gamekeeper', cell: console.cell }));
} finally {
  await world.close();
}
process.stdout.write(`${picture}\n`);
