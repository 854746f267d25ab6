/** What a session has in hand: everything is made when it is first asked for. */
import type { Runner } from '../action/run.ts';
import type { Backend } from '../backend/port.ts';
import type { ArchiveStore } from '../backup/archive-store.ts';
import type { BackupsLook } from '../backup/backup-figures.ts';
import type { Clock } from '../base/clock.ts';
import type { Identity } from '../base/identity.ts';
import type { Settings } from '../config/settings.ts';
import type { FlagStore } from '../flags/store.ts';
import type { GamesPort } from '../games/game-view.ts';
import type { MetricSource } from '../metrics/source.ts';
import type { Sides } from '../migration/sides.ts';
import type { AdminClient } from '../platform/admin.ts';
import type { PlatformClient } from '../platform/client.ts';
import type { Check } from '../preflight/preflight.ts';
import type { RunbookLibrary } from '../runbook/library.ts';
import type { Walk } from '../runbook/walk.ts';
import type { Attached } from '../sandbox/attach.ts';
import type { Status } from '../status/status.ts';
import type { Actions } from './actions.ts';
import type { ArchivedGames } from './archived-games.ts';

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
  /**
   * Both storages, for comparing them.
   * @throws Fault `config-invalid` without a second backend, or where one is read from a replica
   */
  sides(): Promise<Sides>;
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
  archivedGames(): Promise<ArchivedGames>;
  /** What the archives say, and how the backups of this machine went. */
  backups(signal?: AbortSignal): Promise<BackupsLook>;
  runbooks(): Promise<RunbookLibrary>;
  startWalk(id: string, signal?: AbortSignal): Promise<Walk>;
  close(): Promise<void>;
}

export interface StatusOptions {
  /** Waits for the games of both storages to be counted, however long that takes; else a look does without. */
  readonly waitsForCounts?: boolean;
  /** Reads the archives too: not for something that looks every second. */
  readonly readsBackups?: boolean;
}
