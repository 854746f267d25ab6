import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { succeeded } from '../action/outcome.ts';
import type { PrimaryBackend } from '../backend/port.ts';
import { refOfPath } from '../backup/archive-names.ts';
import { createArchiveStore } from '../backup/archive-store.ts';
import { plainPacking } from '../backup/archiving.ts';
import { stepsOf } from '../backup/retire.ts';
import { draftRetire } from '../backup/retire-plan.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { randomHex } from '../base/ids.ts';

/** As long as production's day, shortened like the rest of the sandbox. */
const olderThanMs = 4 * 60_000;
/** Nobody restores the games of simulated players from long ago. */
const archivesKept = 3;

/** Takes finished games out of the sandbox's storage as `backup retire` does, into archives of its own. */
export function createSandboxRetirement(
  folder: string,
  clock: Clock = systemClock,
): (storage: PrimaryBackend, signal: AbortSignal) => Promise<void> {
  const store = createArchiveStore(join(folder, 'retired'), { clock });
  const actor = { user: 'sandbox', host: 'localhost' };

  return async (backend, signal) => {
    const parts = {
      backend,
      store,
      environment: 'sandbox',
      actor,
      clock,
      random: randomHex,
      packing: plainPacking,
    };
    const { detail } = await draftRetire(parts, { olderThanMs }, undefined, signal);
    if (detail.games.length === 0) return;
    for (const step of stepsOf(parts, detail)) {
      if (!succeeded(await step.run({ signal, progress() {} }))) return;
    }
    const { archives } = await store.list(signal);
    for (const { path } of archives.slice(archivesKept)) await removeArchive(path);
  };
}

async function removeArchive(path: string): Promise<void> {
  const { manifestPath, verifiedPath } = refOfPath(path);
  for (const file of [path, manifestPath, verifiedPath]) await rm(file, { force: true });
}
