/** The one place that turns settings into live objects, each made when it is first asked for. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Action } from './action/action.ts';
import type { Runner } from './action/run.ts';
import type { Backend } from './backend/port.ts';
import { redisLocation } from './backend/redis/address.ts';
import type { ArchiveStore } from './backup/archive-store.ts';
import type { BackupDetail, BackupInput } from './backup/create.ts';
import type { RestoreDetail, RestoreInput } from './backup/restore-plan.ts';
import type { RetireDetail, RetireInput } from './backup/retire-plan.ts';
import { type Clock, systemClock } from './base/clock.ts';
import { Fault } from './base/fault.ts';
import { currentIdentity, type Identity } from './base/identity.ts';
import { type RunId, randomHex } from './base/ids.ts';
import { once } from './base/once.ts';
import { createRedactor } from './base/redact.ts';
import type { Settings } from './config/settings.ts';
import type { Store } from './config/target.ts';
import type { FlagStore } from './flags/store.ts';
import type { BulkInput } from './games/bulk-plan.ts';
import type { CorrectDetail, CorrectInput } from './games/correct.ts';
import type { GamesPort } from './games/game-view.ts';
import type { RecoverDetail, RecoverInput } from './games/recover.ts';
import type { BulkDetail } from './games/recover-all.ts';
import type { SnapshotDetail } from './games/snapshot.ts';
import type { MetricSource } from './metrics/source.ts';
import type { BackfillDetail, BackfillInput } from './migration/backfill.ts';
import type { MigrateDetail, MigrateInput } from './migration/migrate-plan.ts';
import type { Sides } from './migration/sides.ts';
import type { AdminClient } from './platform/admin.ts';
import type { PlatformClient } from './platform/client.ts';
import type { Check } from './preflight/preflight.ts';
import type { RollbackDetail } from './rollback/detail.ts';
import type { RunbookLibrary } from './runbook/library.ts';
import type { Walk } from './runbook/walk.ts';
import type { Attached } from './sandbox/attach.ts';
import type { Status } from './status/status.ts';

export interface World {
  readonly settings: Settings;
  readonly environment: string;
  readonly simulated: boolean;
  readonly readOnly: boolean;
  readonly version: string;
  readonly clock: Clock;
  readonly actor: Identity;
  /** For people: the backend and where it is, without secrets; known before anything is reached. */
  readonly place: string;
  /** Starts or joins the sandbox, again when it was killed; only where `simulated`. */
  sandbox(): Promise<Attached>;
  backend(): Promise<Backend>;
  /** The second backend, for dual writes, filling and comparing; undefined where none is configured. */
  secondary(): Promise<Backend | undefined>;
  /**
   * Both, for comparing them.
   * @throws Fault `config-invalid` without a second backend, or where the first is read from a replica
   */
  sides(): Promise<Sides>;
  /** Games that the secondary does not hold as the primary does, after all that this process wrote; undefined without dual writes. */
  settleDualWrites(): Promise<number | undefined>;
  /** undefined without game servers. */
  platform(): Promise<PlatformClient | undefined>;
  /** What the servers hold in memory; undefined without game servers or STATE_ADMIN_TOKEN. */
  admin(): Promise<AdminClient | undefined>;
  /** Scrapes the game servers; without any, counts in the backend. */
  metrics(): Promise<MetricSource>;
  /** @throws Fault `config-invalid` without game servers */
  flags(): Promise<FlagStore>;
  /** Remembers the verdict between calls: ask for it once and call it often. */
  statusReader(options?: StatusOptions): Promise<(signal?: AbortSignal) => Promise<Status>>;
  games(): Promise<GamesPort>;
  /** Looks at everything that the settings point at. */
  preflight(signal?: AbortSignal): Promise<readonly Check[]>;
  runner(): Promise<Runner>;
  readonly actions: Actions;
  archives(): Promise<ArchiveStore>;
  runbooks(): Promise<RunbookLibrary>;
  startWalk(id: string, signal?: AbortSignal): Promise<Walk>;
  close(): Promise<void>;
}

interface StatusOptions {
  /** Waits for the games of both storages to be counted, however long that takes; else a look does without. */
  readonly waitsForCounts?: boolean;
}

/** Every action that can be planned, by the verb that runs it. */
export interface Actions {
  /** @throws Fault `unsupported` when archives are to be encrypted */
  'backup create'(): Promise<Action<BackupInput, BackupDetail>>;
  'backup restore'(): Promise<Action<RestoreInput, RestoreDetail>>;
  'backup retire'(): Promise<Action<RetireInput, RetireDetail>>;
  'games snapshot'(): Promise<Action<{ readonly id: string }, SnapshotDetail>>;
  'games recover'(): Promise<Action<RecoverInput, RecoverDetail>>;
  'games recover-all'(): Promise<Action<BulkInput, BulkDetail>>;
  'games correct'(): Promise<Action<CorrectInput, CorrectDetail>>;
  /** @throws Fault as `sides` */
  'games backfill'(): Promise<Action<BackfillInput, BackfillDetail>>;
  'games migrate'(): Promise<Action<MigrateInput, MigrateDetail>>;
  /** @throws Fault `config-invalid` without game servers */
  'rollback run'(): Promise<Action<{ reason: string }, RollbackDetail>>;
}

interface ComposeOptions {
  readonly settings: Settings;
  readonly readOnly: boolean;
  readonly version: string;
}

/** A rollback proves that writes have stopped once a whole window after it shows none. */
const proofWindowMs = 5_000;

/** What a backend may take to examine itself, once it is connected. */
const examinationMs = 5_000;

/** How long legacy games are watched for somebody who writes them. */
const watchMs = 5_000;

/** How long a look at the status waits for the first count of the storages, on a screen and in a verb. */
const shortCountMs = 500;
const longestCountMs = 3_600_000;

/** Folder of the sandbox, within the state folder. */
export const sandboxFolder = (settings: Settings): string => join(settings.stateDir, 'sandbox-platform');

export function compose({ settings, readOnly, version }: ComposeOptions): World {
  const clock = systemClock;
  const actor = currentIdentity(settings.sshConnection);
  const simulated = settings.target.kind === 'sandbox';
  const { environment, stateDir } = settings;

  const attachment = once(async () => {
    const [{ attachSandbox }, { createAttachment }] = await Promise.all([
      import('./sandbox/attach.ts'),
      import('./sandbox/attachment.ts'),
    ]);
    const folder = sandboxFolder(settings);
    const command = [process.execPath, ownProgram(), 'sandbox-serve', folder];
    return createAttachment(() => attachSandbox({ folder, command, clock }));
  });
  const sandbox = async (signal?: AbortSignal) => (await attachment()).current(signal);
  /** Nothing of its own is needed where the servers are real. */
  const asking = async () => (simulated ? { fetch: (await attachment()).fetch } : {});

  const servers = async () => (simulated ? (await sandbox()).servers : settings.gameServerUrls);

  const guarded = async (opened: Backend) => {
    if (!readOnly) return opened;
    const { refuseWrites } = await import('./backend/read-only.ts');
    return refuseWrites(opened);
  };

  const { secondary: second } = settings;
  const openSecondUnguarded =
    second &&
    once(async () => {
      const { openBackend } = await import('./backend/catalogue.ts');
      return openBackend(second, clock);
    });
  const openSecond = openSecondUnguarded && once(async () => guarded(await openSecondUnguarded()));

  const dualWrites = once(async () => {
    const primary = await openTarget(settings, sandbox, clock);
    if (!settings.dualWrite || !openSecondUnguarded) return { backend: primary };
    const { withDualWrite } = await import('./backend/dual-write/dual-write.ts');
    const backend = withDualWrite(primary, await openSecondUnguarded(), { clock });
    return { backend, dualWrite: backend.dualWrite };
  });

  const backend = once(async () => guarded((await dualWrites()).backend));

  const sides = async () => {
    if (!openSecond) throw noSecondary();
    const { retryReads } = await import('./backend/retry.ts');
    const [primary, secondary] = await Promise.all([backend(), openSecond()]);
    if (primary.readsFrom === 'replica') throw comparesReplica();
    return { primary: retryReads(primary, { clock }), secondary: retryReads(secondary, { clock }) };
  };

  const platform = once(async () => {
    const urls = await servers();
    if (urls.length === 0) return undefined;
    const { createPlatformClient } = await import('./platform/client.ts');
    return createPlatformClient({ servers: urls, timeoutMs: settings.connectTimeoutMs, ...(await asking()) });
  });

  const admin = once(async () => {
    // A sandbox that was started again has another one.
    const token = simulated ? async () => (await sandbox()).adminToken : settings.adminToken;
    const urls = await servers();
    if (token === undefined || urls.length === 0) return undefined;
    const { createAdminClient } = await import('./platform/admin.ts');
    const timeoutMs = settings.connectTimeoutMs;
    return createAdminClient({ servers: urls, token, timeoutMs, ...(await asking()) });
  });

  const scrape = async (windowMs?: number) => {
    const targets = simulated
      ? (await sandbox()).servers.map((url) => `${url}/metrics`)
      : settings.metricsUrls;
    if (targets.length === 0) return undefined;
    const { createScrapeSource } = await import('./metrics/source/scrape.ts');
    const window = windowMs === undefined ? {} : { windowMs };
    return createScrapeSource({ targets, clock, ...window, ...(await asking()) });
  };

  const censusSource = async () => {
    const { createCensusSource } = await import('./metrics/source/census.ts');
    return createCensusSource({ backend: await backend(), clock });
  };

  const metrics = once(async () => (await scrape()) ?? censusSource());

  const flags = once(async () => {
    const client = await platform();
    if (!client) throw noGameServers();
    const { createHttpFlagStore } = await import('./flags/http.ts');
    return createHttpFlagStore(client, clock);
  });

  const archives = once(async () => {
    if (settings.backupLocationIsDefault) await mkdir(settings.backupLocation, { recursive: true });
    const { createArchiveStore } = await import('./backup/archive-store.ts');
    return createArchiveStore(settings.backupLocation);
  });

  const runner = once(async () => {
    const { createRunner } = await import('./action/run.ts');
    return createRunner({ stateDir, environment, simulated, actor, clock, random: randomHex });
  });

  const runbooks = once(async () => {
    const { loadLibrary } = await import('./runbook/library.ts');
    // The operator's own come first: of two runbooks with one id the first is listed.
    return loadLibrary([{ path: settings.runbooksDir, optional: true }, { path: besideProgram('runbooks') }]);
  });

  const codec = once(async () => {
    const { createCodec } = await import('./engine/codec.ts');
    return createCodec(settings.engine);
  });

  const onGames = async () => ({
    backend: (await import('./backend/retry.ts')).retryReads(await backend(), { clock }),
    codec: await codec(),
    admin: await admin(),
    clock,
  });

  const games = once(async () => {
    const { createGames } = await import('./games/games.ts');
    const secondary = second && openSecond && { location: locationOf(second), open: openSecond };
    return createGames({ ...(await onGames()), secondary });
  });

  const changingGames = async () => ({
    ...(await onGames()),
    actor: `${actor.user}@${actor.host}`,
    random: randomHex,
  });

  const archiving = async () => ({
    backend: (await import('./backend/retry.ts')).retryReads(await backend(), { clock }),
    store: await archives(),
    environment,
    actor,
    clock,
    random: randomHex,
  });

  const actions: Actions = {
    async 'backup create'() {
      if (settings.backupEncrypt) throw cannotEncrypt();
      const { createBackupAction } = await import('./backup/create.ts');
      return createBackupAction(await archiving());
    },
    async 'backup restore'() {
      const { createRestoreAction } = await import('./backup/restore.ts');
      return createRestoreAction({ ...(await archiving()), admin: await admin() });
    },
    async 'backup retire'() {
      const { createRetireAction } = await import('./backup/retire.ts');
      return createRetireAction(await archiving());
    },
    async 'games snapshot'() {
      const { createSnapshotAction } = await import('./games/snapshot.ts');
      return createSnapshotAction({ ...(await onGames()), snapshotsKept: settings.engine.snapshotsKept });
    },
    async 'games recover'() {
      const { createRecoverAction } = await import('./games/recover.ts');
      return createRecoverAction(await changingGames());
    },
    async 'games recover-all'() {
      const { createRecoverAllAction } = await import('./games/recover-all.ts');
      return createRecoverAllAction(await changingGames());
    },
    async 'games correct'() {
      const { createCorrectAction } = await import('./games/correct.ts');
      return createCorrectAction(await changingGames());
    },
    async 'games backfill'() {
      const { createBackfillAction } = await import('./migration/backfill.ts');
      return createBackfillAction({ ...(await sides()), clock });
    },
    async 'games migrate'() {
      const { createMigrateAction } = await import('./migration/migrate.ts');
      return createMigrateAction({
        ...(await onGames()),
        encrypts: settings.engine.keys !== undefined,
        random: randomHex,
        actor,
        platform: await platform(),
        watchMs,
      });
    },
    async 'rollback run'() {
      const [{ rollbackAction }, client] = await Promise.all([import('./rollback/rollback.ts'), platform()]);
      if (!client) throw noGameServers();
      return rollbackAction({
        flags: await flags(),
        platform: client,
        metrics: await scrape(proofWindowMs),
        clock,
      });
    },
  };

  const countStorages = async (patienceMs: number) => {
    if (!second || !openSecond) return {};
    const { createStorageCounts } = await import('./status/storages.ts');
    const storages = [
      { role: 'primary', location: placeOf(settings), open: backend },
      { role: 'secondary', location: locationOf(second), open: openSecond },
    ] as const;
    return { countStorages: createStorageCounts(storages, clock, patienceMs) };
  };

  const statusReader = async ({ waitsForCounts = false }: StatusOptions = {}) => {
    const [{ createStatusReader }, { readServers }, client, source, memory] = await Promise.all([
      import('./status/gather.ts'),
      import('./status/servers.ts'),
      platform(),
      metrics(),
      admin(),
    ]);
    return createStatusReader({
      clock,
      backend: {
        location: placeOf(settings),
        async ping(signal) {
          // One that was killed is started again, and its storage is there all the while.
          if (simulated) await sandbox(signal);
          await (await backend()).ping(signal);
        },
      },
      readServers: async (signal) => (client ? readServers(client, signal) : []),
      ...(await countStorages(waitsForCounts ? longestCountMs : shortCountMs)),
      readFlags: async (signal) => (client ? (await flags()).read(signal) : undefined),
      readMetrics: (signal) => source.read(signal),
      ...(memory ? { readMemory: (signal) => memory.unpersisted(signal) } : {}),
    });
  };

  const preflight = async (signal?: AbortSignal) => {
    const { preflight: look } = await import('./preflight/preflight.ts');
    const { backupLocation, backupLocationIsDefault } = settings;
    // Its start is not what a probe waits for.
    if (simulated) await sandbox(signal);
    return look(
      {
        backends: [
          { location: placeOf(settings), open: backend },
          ...(second && openSecond ? [{ location: locationOf(second), open: openSecond }] : []),
        ],
        platform,
        admin,
        metrics: () => scrape(),
        folders: [
          { name: 'archives', path: backupLocation, isMade: backupLocationIsDefault },
          { name: 'state folder', path: stateDir, isMade: true },
        ],
        timeoutMs: settings.connectTimeoutMs + examinationMs,
        clock,
        secrets: settings.secrets,
      },
      signal,
    );
  };

  const startWalk: World['startWalk'] = async (id, signal) => {
    const runbook = (await runbooks()).get(id);
    const [{ startWalk: start }, { createLog }, { stateFolder }] = await Promise.all([
      import('./runbook/walker.ts'),
      import('./action/log.ts'),
      import('./action/state-folder.ts'),
    ]);
    const { walks } = stateFolder(stateDir, environment);
    const journal = (run: RunId) => createLog({ path: join(walks, `${run}.jsonl`), clock });
    const redact = createRedactor(settings.secrets);
    return start(
      { runbook, metrics: await metrics(), journal, clock, random: randomHex, actor, redact },
      signal,
    );
  };

  return {
    settings,
    environment,
    simulated,
    readOnly,
    version,
    clock,
    actor,
    sandbox,
    place: placeOf(settings),
    backend,
    secondary: async () => openSecond?.(),
    sides,
    settleDualWrites: async () => (await dualWrites.made())?.dualWrite?.settle(),
    platform,
    admin,
    metrics,
    flags,
    statusReader,
    preflight,
    games,
    runner,
    actions,
    archives,
    runbooks,
    startWalk,
    async close() {
      await (await backend.made())?.close();
      // Dual writes have closed it.
      if (!(await dualWrites.made())?.dualWrite) await (await openSecond?.made())?.close();
      await (await attachment.made())?.release();
    },
  };
}

/** A configured backend that fails never falls back to the sandbox. */
async function openTarget(
  settings: Settings,
  sandbox: () => Promise<Attached>,
  clock: Clock,
): Promise<Backend> {
  const { openBackend } = await import('./backend/catalogue.ts');
  const { target } = settings;
  if (target.kind !== 'sandbox') return openBackend(target, clock);
  await sandbox();
  const [{ openFaultFile, withStorageFaults }, { sandboxPaths }] = await Promise.all([
    import('./sandbox/faults.ts'),
    import('./sandbox/paths.ts'),
  ]);
  const { data, faults } = sandboxPaths(sandboxFolder(settings));
  const games = await openBackend({ kind: 'embedded', folder: data }, clock);
  // Met like a game server meets it, faults included.
  return withStorageFaults(games, { file: openFaultFile(faults), clock, random: Math.random });
}

function placeOf({ target }: Settings): string {
  return target.kind === 'sandbox' ? 'embedded sandbox' : locationOf(target);
}

/** For people, without secrets, before anything is reached. */
function locationOf(store: Store): string {
  if (store.kind === 'redis') return redisLocation(store.url, store.readFrom);
  return `dynamodb table ${store.table}${store.endpoint === undefined ? '' : ` at ${store.endpoint}`}`;
}

function noSecondary(): Fault {
  return new Fault('config-invalid', 'No second backend is configured', {
    next: 'Set STATE_SECONDARY_BACKEND and its address, like DYNAMODB_STATE_TABLE',
  });
}

function comparesReplica(): Fault {
  return new Fault('config-invalid', 'The primary is read from a replica, which may be behind', {
    next: 'Set REDIS_READ_FROM to primary',
  });
}

function cannotEncrypt(): Fault {
  return new Fault('unsupported', 'Archives cannot be encrypted yet, and STATE_BACKUP_ENCRYPT asks for it', {
    next: 'Keep archives on an encrypted disk, and set STATE_BACKUP_ENCRYPT to false',
  });
}

function noGameServers(): Fault {
  return new Fault('config-invalid', 'No game servers are configured, so there are no flags to read', {
    next: 'Set GAME_SERVER_URLS to the addresses of the game servers, comma-separated',
  });
}

/** `src/cli.ts`, or `dist/cli.js` in the bundle. */
function ownProgram(): string {
  const name = import.meta.url.endsWith('.ts') ? './cli.ts' : './cli.js';
  return fileURLToPath(new URL(name, import.meta.url));
}

/** A folder of the package: sources and bundle both lie one level below it. */
function besideProgram(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}
