/** What earlier restores planned, as their saved plans have it. */
import * as z from 'zod';
import type { PastRun, PastRuns } from '../action/past-runs.ts';
import { Fault } from '../base/fault.ts';
import { fitShape } from '../base/shape-words.ts';
import { type RestorePolicy, restorePolicies } from './restore-decision.ts';

const gameSchema = z.object({
  id: z.string(),
  layout: z.enum(['current', 'legacy']),
  does: z.enum(['create', 'update', 'delete', 'unchanged', 'skip']),
  archived: z.string(),
  found: z.string(),
  revision: z.number().exactOptional(),
  refused: z.literal(true).exactOptional(),
  held: z.literal(true).exactOptional(),
});

/** What a later version of gamekeeper adds to a plan of its own stays unread. */
const detailSchema = z.object({
  target: z.string(),
  to: z.string().exactOptional(),
  archive: z.object({ name: z.string(), rootHash: z.string() }).exactOptional(),
  onExisting: z.enum(restorePolicies),
  games: z.array(gameSchema),
  safety: z.object({ name: z.string(), archiveId: z.string() }).exactOptional(),
  undoes: z.string().exactOptional(),
  resumes: z.string().exactOptional(),
});

export type PastGame = Readonly<z.infer<typeof gameSchema>>;

export interface PastRestore {
  readonly run: PastRun;
  readonly detail: Readonly<z.infer<typeof detailSchema>> & { readonly onExisting: RestorePolicy };
}

const action = 'backup restore';

/** @throws Fault `not-found` when no restore had this id, or its plan is gone */
export async function findRestore(past: PastRuns, id: string): Promise<PastRestore> {
  const run = (await past.of(action)).find((one) => one.run === id);
  if (run) return readRestore(past, run);
  throw new Fault('not-found', `No restore has the run id ${id}`, {
    next: 'Take the id from the report of the restore, or from: gamekeeper audit show',
  });
}

/** Newest first; those whose plan can no longer be read are left out. */
export async function* restoresBefore(past: PastRuns): AsyncGenerator<PastRestore> {
  for (const run of await past.of(action)) {
    const restore = await readRestore(past, run).catch((thrown: unknown) => {
      if (thrown instanceof Fault) return undefined;
      throw thrown;
    });
    if (restore) yield restore;
  }
}

async function readRestore(past: PastRuns, run: PastRun): Promise<PastRestore> {
  const plan = await past.plan(run);
  const detail = fitShape(detailSchema, plan.detail);
  if (detail.kind === 'fits') return { run, detail: detail.data };
  throw new Fault('unsupported', `The plan of run ${run.run} is of another version: ${detail.what}`, {
    next: 'Use the gamekeeper that made it, or restore from its archive by name',
  });
}
