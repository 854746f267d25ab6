/** What is to be changed or removed is in an archive before, which has been read back whole. */
import type { StepContext, StepOutcome } from '../action/action.ts';
import { Fault } from '../base/fault.ts';
import { gamesText, namesOf } from '../game/record-words.ts';
import { type ArchiveOrder, type ArchivingParts, writeArchive } from './archiving.ts';
import { validateArchive } from './validate.ts';

/** @param total of games that are to be in it */
export async function keepInArchive(
  parts: ArchivingParts,
  order: Omit<ArchiveOrder, 'filter'>,
  total: number,
  { signal, progress }: StepContext,
): Promise<StepOutcome> {
  const told = (done: number) => progress(done, total, 'games');
  const all = { ...order, filter: { includeCompleted: true } };
  const archive = await writeArchive(parts, all, told, signal);
  await archive.publish();
  const { ok, problems } = await validateArchive(parts.store, order.name, parts.clock, undefined, signal);
  if (!ok) return { kind: 'failed', fault: notWhole(order.name, problems) };
  return { kind: 'done', note: `${gamesText(archive.written.totals.games)} kept in ${archive.ref.path}` };
}

export function notWhole(name: string, problems: readonly string[]): Fault {
  return new Fault('integrity', `Archive ${name} is not whole: ${namesOf(problems)}`, {
    next: 'Nothing was changed. Check the disk of the backup location, then make a new plan',
  });
}
