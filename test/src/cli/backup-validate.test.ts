import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createArchiveStore } from '../../../src/backup/archive-store.ts';
import { run } from '../../../src/cli/verb/backup-validate.ts';
import type { VerbCall } from '../../../src/cli/verb.ts';
import { putDated } from '../../setup/dated-archives.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

async function world() {
  const clock = virtualClock();
  const folder = tempFolder();
  const store = createArchiveStore(folder);
  await putDated(store, clock, 'a', { ageDays: 0 });
  // The verb asks for nothing else.
  const call = {
    world: { clock, archives: async () => store },
    progress: { count() {} },
    args: ['a'],
    options: {},
    signal: new AbortController().signal,
  } as unknown as VerbCall;
  return {
    write: (entry: string, text: string) => writeFile(join(folder, entry), text),
    async validated() {
      const { exit, text } = await run(call);
      return { exit, lines: text() };
    },
  };
}

test('a whole archive beside a broken manifest is no reason to take an older one', async () => {
  const { write, validated } = await world();
  await write('a.manifest.json', '{');
  const { exit, lines } = await validated();
  expect(exit).toBe(6);
  expect(lines[0]).toMatch(/^WRONG MANIFEST of a whole archive: a, 1 game/);
  expect(lines[1]).toBe('  The manifest is damaged: it is not JSON');
  expect(lines[2]).toContain('move its manifest away');
});

test('a damaged archive is', async () => {
  const { write, validated } = await world();
  await write('a.gka', 'GKA');
  const { exit, lines } = await validated();
  expect(exit).toBe(6);
  expect([lines[0], lines.at(-1)]).toEqual(['DAMAGED: a', 'Use an older archive: gamekeeper backup list']);
});
