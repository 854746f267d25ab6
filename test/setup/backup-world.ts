/** Backups over a backend and files in memory, run end to end by the real runner. */
import type { Action, Report } from '../../src/action/action.ts';
import { Confirmed, type Plan, type PlanDetail } from '../../src/action/plan.ts';
import { createRunner } from '../../src/action/run.ts';
import type { PrimaryBackend } from '../../src/backend/port.ts';
import { type ArchiveKeys, createArchiveKeys } from '../../src/backup/archive-keys.ts';
import { type ArchiveStore, createArchiveStore } from '../../src/backup/archive-store.ts';
import { type Packing, plainPacking } from '../../src/backup/archiving.ts';
import { createBackupAction } from '../../src/backup/create.ts';
import { createRestoreAction } from '../../src/backup/restore.ts';
import type { RestoreInput, RestoreTarget } from '../../src/backup/restore-plan.ts';
import type { Clock } from '../../src/base/clock.ts';
import { randomHex } from '../../src/base/ids.ts';
import type { AdminClient } from '../../src/platform/admin.ts';
import { silent } from './counter-action.ts';
import { type MemoryFiles, memoryFiles } from './memory-files.ts';

export const backupFolder = '/archives';

interface BackupWorld {
  readonly backend: PrimaryBackend;
  readonly clock: Clock;
  readonly stateDir: string;
  readonly files?: MemoryFiles;
  readonly environment?: string;
  /** What servers hold; none is asked when left out. */
  readonly admin?: AdminClient;
  readonly packing?: Packing;
  readonly keys?: ArchiveKeys;
  readonly maxBytes?: number;
  /** In place of files in memory. */
  readonly store?: ArchiveStore;
  /** Places that a restore may be told to go to. */
  readonly elsewhere?: (to: string) => RestoreTarget;
}

export function backupWorld({
  backend,
  clock,
  stateDir,
  files = memoryFiles(),
  environment = 'staging',
  admin,
  packing = plainPacking,
  keys = createArchiveKeys(),
  maxBytes,
  store = createArchiveStore(backupFolder, {
    files,
    keys,
    clock,
    ...(maxBytes === undefined ? {} : { maxBytes }),
  }),
  elsewhere = nowhere,
}: BackupWorld) {
  const actor = { user: 'ana', host: 'bastion' };
  const parts = { store, environment, actor, clock, random: randomHex, packing };
  const runner = createRunner({ stateDir, environment, simulated: false, actor, clock, random: randomHex });
  const create = createBackupAction({ ...parts, backend });
  const restore = createRestoreAction({
    ...parts,
    target: async (to) => (to === undefined ? { backend, admin, isPlayed: true } : elsewhere(to)),
    past: runner.past,
  });

  const apply = <I, D extends PlanDetail>(
    action: Action<I, D>,
    plan: Plan<D>,
    signal = new AbortController().signal,
  ): Promise<Report> => runner.apply(action, Confirmed.byTyping(plan, environment), silent, signal);

  return {
    files,
    store,
    create,
    restore,
    runner,
    apply,
    async backUp(name = 'a', includeCompleted = true): Promise<Report> {
      return apply(create, await runner.prepare(create, { name, includeCompleted }));
    },
    async restoreAll(input: RestoreChoice = {}): Promise<Report> {
      const wanted = { archive: 'a', onExisting: 'overwrite', ...input } as const;
      return apply(restore, await runner.prepare(restore, wanted));
    },
    async undo(undo: string, onExisting: RestoreInput['onExisting'] = 'fail'): Promise<Report> {
      return apply(restore, await runner.prepare(restore, { undo, onExisting }));
    },
  };
}

type RestoreChoice = Partial<Exclude<RestoreInput, { readonly undo: string }>>;

function nowhere(to: string): never {
  throw new Error(`This test restores to no other place, like ${to}`);
}
