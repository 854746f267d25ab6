import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSandboxRetirement } from '../../../src/cli/sandbox-retirement.ts';
import { currentRecord } from '../../setup/game-records.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

test('the storage of the sandbox and its archives stay small, however long games are played', async () => {
  const clock = virtualClock();
  const folder = tempFolder();
  const storage = recordBackend(clock, [currentRecord('playing')]);
  const retire = createSandboxRetirement(folder, clock);
  for (let minute = 0; minute < 12; minute++) {
    const ended = { phase: 'GAME_OVER', updated: String(clock.now()) };
    storage.records.set(`current:over-${minute}`, currentRecord(`over-${minute}`, ended));
    clock.advance(60_000);
    await retire(storage, new AbortController().signal);
  }
  expect([...storage.records.keys()].sort()).toEqual([
    'current:over-10',
    'current:over-11',
    'current:over-9',
    'current:playing',
  ]);
  const archives = readdirSync(join(folder, 'retired')).filter((name) => name.endsWith('.gka'));
  expect(archives).toHaveLength(3);
  expect(readdirSync(join(folder, 'retired'))).toHaveLength(9);
});
