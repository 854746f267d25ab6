/** The one place that turns settings into live objects, each made when it is first asked for. */
import { join } from 'node:path';
import type { Plan } from '../action/plan.ts';
import type { BackendListener } from '../backend/port.ts';
import type { AskSecret } from '../backup/archive-keys.ts';
import { systemClock } from '../base/clock.ts';
import { currentIdentity } from '../base/identity.ts';
import { type RunId, randomHex } from '../base/ids.ts';
import { once } from '../base/once.ts';
import { createRedactor } from '../base/redact.ts';
import { isS3Url } from '../base/s3-url.ts';
import type { Settings } from '../config/settings.ts';
import { composeActions } from './actions.ts';
import { packingOf, usesKeys } from './packing.ts';
import { besideProgram } from './program-files.ts';
import { composeServers } from './servers.ts';
import { composeStatus } from './status.ts';
import { composeStorages } from './storages.ts';
import type { World } from './world.ts';

interface ComposeOptions {
  readonly settings: Settings;
  readonly readOnly: boolean;
  readonly version: string;
  /** Hears of the connections to storage. */
  readonly listener?: BackendListener;
  /** Asks the person at the terminal for a secret, without echo; left out where there is none. */
  readonly askSecret?: AskSecret | undefined;
}

/** What a backend may take to examine itself, once it is connected. */
const examinationMs = 5_000;

export function compose({ settings, readOnly, version, listener = {}, askSecret }: ComposeOptions): World {
  const clock = systemClock;
  const actor = currentIdentity(settings.sshConnection);
  const simulated = settings.target.kind === 'sandbox';
  const { environment, stateDir } = settings;
  const servers = composeServers(settings, clock);
  const storages = composeStorages(settings, servers, readOnly, clock, listener);
  const { sandbox, platform, admin, flags } = servers;

  const metrics = once(async () => {
    const scraped = await servers.scrape();
    if (scraped) return scraped;
    const { createCensusSource } = await import('../metrics/source/census.ts');
    return createCensusSource({ backend: await storages.primary.open(), clock });
  });

  const keys = once(async () => {
    const { createArchiveKeys } = await import('../backup/archive-keys.ts');
    return createArchiveKeys({ ...settings.backupKeys, ask: askSecret });
  });

  const archives = once(async () => {
    const { createArchiveStore } = await import('../backup/archive-store.ts');
    const s3 = {
      endpoint: settings.backupEndpoint,
      connectTimeoutMs: settings.connectTimeoutMs,
      idleTimeoutMs: settings.operationTimeoutMs,
    };
    return createArchiveStore(settings.backupLocation, {
      maxBytes: settings.backupMaxBytes,
      isMade: settings.backupLocationIsDefault,
      keys: await keys(),
      s3,
    });
  });

  const runner = once(async () => {
    const { createRunner } = await import('../action/run.ts');
    return createRunner({ stateDir, environment, simulated, actor, clock, random: randomHex });
  });

  const failedBackups = once(async () => {
    const { createFailedRuns } = await import('../action/failed-runs.ts');
    const { location: source } = await storages.games();
    const { location } = await archives();
    const isOurs = ({ place, detail }: Plan) =>
      place === source && 'location' in detail && detail.location === location;
    return createFailedRuns(await runner(), 'backup create', isOurs);
  });

  const backups: World['backups'] = async (signal) => {
    const { backupFigures } = await import('../backup/backup-figures.ts');
    const [listing, { location: source }, failedAtMs] = await Promise.all([
      (await archives()).list(signal),
      // Opening waits for no storage; its archives name it as it names itself.
      storages.games(),
      // Nobody keeps count where the state folder cannot be read; the archives are there all the same.
      failedBackups()
        .then((read) => read())
        .catch(() => undefined),
    ]);
    const here = { environment, source };
    return { listing, figures: backupFigures(listing, { atMs: clock.now(), ...here, failedAtMs }) };
  };

  const runbooks = once(async () => {
    const { loadLibrary } = await import('../runbook/library.ts');
    // The operator's own come first: of two runbooks with one id the first is listed.
    return loadLibrary([{ path: settings.runbooksDir, optional: true }, { path: besideProgram('runbooks') }]);
  });

  const codec = once(async () => {
    const { createCodec } = await import('../engine/codec.ts');
    return createCodec(settings.engine);
  });

  const games = once(async () => {
    const { createGames } = await import('../games/games.ts');
    const { secondary } = storages;
    return createGames({
      backend: await storages.games(),
      changing: storages.changing,
      codec: await codec(),
      admin: await admin(),
      clock,
      secondary,
    });
  });

  const archivedGames = once(async () => {
    const { composeArchivedGames } = await import('./archived-games.ts');
    return composeArchivedGames({ store: await archives(), clock, live: storages.games, codec });
  });

  const lookAtArchiveKeys = async () => {
    const { lookAtKeys } = await import('../backup/key-check.ts');
    return lookAtKeys(await keys(), packingOf(settings).encryption);
  };

  const preflight = async (signal?: AbortSignal) => {
    const { preflight: look } = await import('../preflight/preflight.ts');
    const { backupLocation, backupLocationIsDefault } = settings;
    const inObjects = isS3Url(backupLocation);
    const { primary, secondary } = storages;
    // Its start is not what a probe waits for.
    if (simulated) await sandbox(signal);
    return look(
      {
        backends: [primary, ...(secondary ? [secondary] : [])],
        platform,
        admin,
        metrics: () => servers.scrape(),
        folders: [
          ...(inObjects ? [] : [{ name: 'archives', path: backupLocation, isMade: backupLocationIsDefault }]),
          { name: 'state folder', path: stateDir, isMade: true },
        ],
        objects: inObjects
          ? { location: backupLocation, list: async (ended) => (await archives()).list(ended) }
          : undefined,
        keys: usesKeys(settings) ? { subject: backupLocation, look: lookAtArchiveKeys } : undefined,
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
      import('../runbook/walker.ts'),
      import('../action/log.ts'),
      import('../action/state-folder.ts'),
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
    place: storages.primary.location,
    backend: storages.primary.open,
    sides: storages.sides,
    platform,
    admin,
    metrics,
    flags,
    statusReader: (options) =>
      composeStatus({ simulated, clock, storages, servers, metrics, backups }, options),
    preflight,
    games,
    runner,
    actions: composeActions({ settings, clock, actor, storages, servers, codec, archives, runner }),
    archives,
    archivedGames,
    backups,
    runbooks,
    startWalk,
    async close() {
      await storages.close();
      await servers.close();
    },
  };
}
