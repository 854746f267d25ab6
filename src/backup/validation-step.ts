import type { Step } from '../action/action.ts';
import { knownStep } from '../action/known-step.ts';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { formatBytes } from '../base/units.ts';
import { namesOf } from '../game/record-words.ts';
import type { ArchiveStore } from './archive-store.ts';
import { validateArchive } from './validate.ts';

/** Reads a published archive back from the disk and remembers that it passed. */
export function validationStep(
  name: string,
  { store, clock }: { readonly store: ArchiveStore; readonly clock: Clock },
  archive: string,
): Step {
  return knownStep(name, async ({ signal, progress }) => {
    const told = (done: number, total: number) => progress(done, total, 'bytes');
    const { ok, problems, bytesRead } = await validateArchive(store, archive, clock, told, signal);
    if (ok) return { kind: 'done', note: `${formatBytes(bytesRead)} read back` };
    return { kind: 'failed', fault: new Fault('integrity', namesOf(problems), unsound) };
  });
}

const unsound = { next: 'Check the disk of the backup location and back up again' };
