/** Every change that can be planned. A new one is a line of `Actions` and a method below; nothing else lists them. */
import type { Action } from '../action/action.ts';
import type { PlanDetail } from '../action/plan.ts';
import type { Runner } from '../action/run.ts';
import type { ArchiveStore } from '../backup/archive-store.ts';
import type { BackupDetail, BackupInput } from '../backup/create-plan.ts';
import type { PruneDetail, PruneInput } from '../backup/prune-plan.ts';
import type { RestoreDetail, RestoreInput } from '../backup/restore-plan.ts';
import type { RetireDetail, RetireInput } from '../backup/retire-plan.ts';
import type { Clock } from '../base/clock.ts';
import type { Identity } from '../base/identity.ts';
import { randomHex } from '../base/ids.ts';
import type { Settings } from '../config/settings.ts';
import type { Codec } from '../engine/codec.ts';
import type { BulkInput } from '../games/bulk-plan.ts';
import type { CorrectDetail, CorrectInput } from '../games/correct.ts';
import type { HoldDetail, HoldInput, ReleaseInput } from '../games/hold.ts';
import type { PlannedServers } from '../games/hold-servers.ts';
import type { RecoverDetail, RecoverInput } from '../games/recover.ts';
import type { BulkDetail } from '../games/recover-all.ts';
import type { SnapshotDetail } from '../games/snapshot.ts';
import type { BackfillDetail, BackfillInput } from '../migration/backfill.ts';
import type { MigrateDetail, MigrateInput } from '../migration/migrate-plan.ts';
import type { RollbackDetail } from '../rollback/detail.ts';
import { packingOf } from './packing.ts';
import { withSecondaryCheck } from './secondary-check.ts';
import { noGameServers, type Servers } from './servers.ts';
import type { Storages } from './storages.ts';

/** By the verb that runs it. */
export interface Actions {
  /** These make archives. @throws Fault `config-invalid` when they are to be encrypted and nothing says for whom */
  'backup create'(): Promise<Action<BackupInput, BackupDetail>>;
  'backup restore'(): Promise<Action<RestoreInput, RestoreDetail>>;
  'backup retire'(): Promise<Action<RetireInput, RetireDetail>>;
  'backup prune'(): Promise<Action<PruneInput, PruneDetail>>;
  'games snapshot'(): Promise<Action<{ readonly id: string }, SnapshotDetail>>;
  'games recover'(): Promise<Action<RecoverInput, RecoverDetail>>;
  'games recover --since'(): Promise<Action<BulkInput, BulkDetail>>;
  'games correct'(): Promise<Action<CorrectInput, CorrectDetail>>;
  /** @throws Fault `unsupported` where no server can be asked */
  'games hold'(): Promise<Action<HoldInput, HoldDetail>>;
  'games release'(): Promise<Action<ReleaseInput, PlannedServers>>;
  /** @throws Fault as `sides` */
  'games backfill'(): Promise<Action<BackfillInput, BackfillDetail>>;
  'games migrate'(): Promise<Action<MigrateInput, MigrateDetail>>;
  /** @throws Fault `config-invalid` without game servers */
  'rollback run'(): Promise<Action<{ reason: string }, RollbackDetail>>;
}

/** A rollback proves that writes have stopped once a whole window after it shows none. */
const proofWindowMs = 5_000;

/** How long legacy games are watched for somebody who writes them. */
const watchMs = 5_000;

export interface ActionParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly actor: Identity;
  readonly storages: Storages;
  readonly servers: Servers;
  codec(): Promise<Codec>;
  archives(): Promise<ArchiveStore>;
  runner(): Promise<Pick<Runner, 'past'>>;
}

export function composeActions(parts: ActionParts): Actions {
  const { settings, clock, actor, storages, servers } = parts;

  const onGames = async () => ({
    backend: await storages.changing(),
    codec: await parts.codec(),
    admin: await servers.admin(),
    clock,
  });
  const changingGames = async () => ({
    ...(await onGames()),
    actor: `${actor.user}@${actor.host}`,
    random: randomHex,
  });
  const archiving = async () => ({
    store: await parts.archives(),
    environment: settings.environment,
    actor,
    clock,
    random: randomHex,
    packing: packingOf(settings),
  });

  return checkingSecondary(storages, {
    async 'backup create'() {
      const { createBackupAction } = await import('../backup/create.ts');
      return createBackupAction({ ...(await archiving()), backend: await storages.games() });
    },
    async 'backup restore'() {
      const { createRestoreAction } = await import('../backup/restore.ts');
      const { restoreTargets } = await import('./restore-targets.ts');
      return createRestoreAction({
        ...(await archiving()),
        target: restoreTargets(settings, storages, servers),
        past: (await parts.runner()).past,
      });
    },
    async 'backup retire'() {
      const { createRetireAction } = await import('../backup/retire.ts');
      return createRetireAction({ ...(await archiving()), backend: await storages.changing() });
    },
    async 'backup prune'() {
      const { createPruneAction } = await import('../backup/prune.ts');
      const { environment, backupRetentionMs: retentionMs } = settings;
      const [store, storage] = [await parts.archives(), await storages.games()];
      return createPruneAction({ store, storage, environment, clock, retentionMs });
    },
    async 'games snapshot'() {
      const { createSnapshotAction } = await import('../games/snapshot.ts');
      return createSnapshotAction({ ...(await onGames()), snapshotsKept: settings.engine.snapshotsKept });
    },
    async 'games recover'() {
      const { createRecoverAction } = await import('../games/recover.ts');
      return createRecoverAction(await changingGames());
    },
    async 'games recover --since'() {
      const { createRecoverAllAction } = await import('../games/recover-all.ts');
      return createRecoverAllAction(await changingGames());
    },
    async 'games correct'() {
      const { createCorrectAction } = await import('../games/correct.ts');
      return createCorrectAction(await changingGames());
    },
    async 'games hold'() {
      const { createHoldAction } = await import('../games/hold.ts');
      return createHoldAction(await onGames());
    },
    async 'games release'() {
      const { createReleaseAction } = await import('../games/hold.ts');
      return createReleaseAction(await onGames());
    },
    async 'games backfill'() {
      const { createBackfillAction } = await import('../migration/backfill.ts');
      return createBackfillAction({ ...(await storages.sides()), clock });
    },
    async 'games migrate'() {
      const { createMigrateAction } = await import('../migration/migrate.ts');
      return createMigrateAction({
        ...(await onGames()),
        encrypts: settings.engine.keys !== undefined,
        random: randomHex,
        actor,
        platform: await servers.platform(),
        watchMs,
      });
    },
    async 'rollback run'() {
      const { rollbackAction } = await import('../rollback/rollback.ts');
      const platform = await servers.platform();
      if (!platform) throw noGameServers();
      return rollbackAction({
        flags: await servers.flags(),
        platform,
        metrics: await servers.scrape(proofWindowMs),
        clock,
      });
    },
  });
}

function checkingSecondary({ settleDualWrites }: Storages, actions: Actions): Actions {
  // What each takes and plans is its own affair: it only passes through.
  const opened = Object.entries(actions) as [string, () => Promise<Action<unknown, PlanDetail>>][];
  const checking = opened.map(([name, open]) => [
    name,
    async () => withSecondaryCheck(await open(), settleDualWrites),
  ]);
  // The names are those of before, and each is what it was with one check more.
  return Object.fromEntries(checking) as Actions;
}
