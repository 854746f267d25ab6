/** Where the games are: the first storage, and the second one while games move from one to the other. */
import type { BackendPlace } from '../backend/catalogue.ts';
import type { Backend, BackendListener, PrimaryBackend } from '../backend/port.ts';
import { redisLocation } from '../backend/redis/address.ts';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { once } from '../base/once.ts';
import type { Settings } from '../config/settings.ts';
import type { Store, Target } from '../config/target.ts';
import type { Sides } from '../migration/sides.ts';
import { asPrimary, fromPrimary, readsReplica } from './from-primary.ts';
import { type Servers, sandboxFolder } from './servers.ts';

export interface Storage {
  /** For people, without secrets; known before anything is reached. */
  readonly location: string;
  open(): Promise<Backend>;
}

export interface Storages {
  readonly primary: Storage;
  /** undefined where none is configured. */
  readonly secondary: Storage | undefined;
  /** The first one to look at, as it is configured; its reads tried again. */
  games(): Promise<Backend>;
  /**
   * The first one to change, and to plan a change from: the same, but never from a replica.
   * @throws Fault `config-invalid` where nothing but a replica is named
   */
  changing(): Promise<PrimaryBackend>;
  /** @throws Fault as `changing`, and without a second backend */
  sides(): Promise<Sides>;
  /** Any other place, opened once. */
  elsewhere(place: BackendPlace): Promise<PrimaryBackend>;
  /** Games that the secondary does not hold as the primary does, after all that was written; undefined without dual writes. */
  settleDualWrites(): Promise<number | undefined>;
  close(): Promise<void>;
}

export function composeStorages(
  settings: Settings,
  { sandbox }: Pick<Servers, 'sandbox'>,
  readOnly: boolean,
  clock: Clock,
  listener: BackendListener,
): Storages {
  const guarded = async (opened: Backend) => {
    if (!readOnly) return opened;
    const { refuseWrites } = await import('../backend/read-only.ts');
    return refuseWrites(opened);
  };

  const { target, secondary: second } = settings;
  /** A configured backend that fails never falls back to the sandbox. */
  const openAt = async (place: Target) => {
    if (place.kind === 'sandbox') return openSandbox(settings, sandbox, clock);
    const { openBackend } = await import('../backend/catalogue.ts');
    return openBackend(place, clock, listener);
  };

  const openSecond = second && once(() => openAt(fromPrimary(second)));
  const writing = once(async () => {
    const primary = await openAt(fromPrimary(target));
    if (!settings.dualWrite || !openSecond) return { backend: primary };
    const { withDualWrite } = await import('../backend/dual-write/dual-write.ts');
    const backend = withDualWrite(primary, await openSecond(), { clock });
    return { backend, dualWrite: backend.dualWrite };
  });
  const replica = readsReplica(target) ? once(() => openAt(target)) : undefined;
  const secondReplica = second && readsReplica(second) ? once(() => openAt(second)) : undefined;

  const others = new Map<string, Promise<Backend>>();
  const openOther = (place: BackendPlace): Promise<Backend> => {
    const key = JSON.stringify(place);
    const opened =
      others.get(key) ??
      import('../backend/catalogue.ts').then(({ openBackend }) => openBackend(place, clock, listener));
    others.set(key, opened);
    return opened;
  };

  const toChange = async () => guarded((await writing()).backend);
  const toLook = once(async () => (replica ? guarded(await replica()) : toChange()));
  const lookAtSecond = openSecond && once(async () => guarded(await (secondReplica ?? openSecond)()));

  const withRetries = async (opened: Backend) => {
    const { retryReads } = await import('../backend/retry.ts');
    return retryReads(opened, { clock });
  };
  const changing = async () => asPrimary(await withRetries(await toChange()));

  return {
    primary: { location: placeOf(settings), open: toLook },
    secondary: second && lookAtSecond && { location: locationOf(second), open: lookAtSecond },
    games: async () => withRetries(await toLook()),
    changing,
    async sides() {
      if (!openSecond) throw noSecondary();
      const [primary, secondary] = await Promise.all([changing(), openSecond().then(guarded)]);
      return { primary, secondary: asPrimary(await withRetries(secondary)) };
    },
    elsewhere: async (place) => asPrimary(await withRetries(await guarded(await openOther(place)))),
    settleDualWrites: async () => (await writing.made())?.dualWrite?.settle(),
    async close() {
      const written = await writing.made();
      await written?.backend.close();
      // Dual writes have closed it.
      if (!written?.dualWrite) await (await openSecond?.made())?.close();
      await (await replica?.made())?.close();
      await (await secondReplica?.made())?.close();
      for (const other of others.values()) await other.then((backend) => backend.close()).catch(() => {});
    },
  };
}

async function openSandbox(settings: Settings, sandbox: Servers['sandbox'], clock: Clock): Promise<Backend> {
  const { openBackend } = await import('../backend/catalogue.ts');
  await sandbox();
  const [{ openFaultFile, withStorageFaults }, { sandboxPaths }] = await Promise.all([
    import('../sandbox/faults.ts'),
    import('../sandbox/paths.ts'),
  ]);
  const { data, faults } = sandboxPaths(sandboxFolder(settings));
  const games = await openBackend({ kind: 'embedded', folder: data }, clock);
  // Met like a game server meets it, faults included.
  return withStorageFaults(games, { file: openFaultFile(faults), clock, random: Math.random });
}

function placeOf({ target }: Settings): string {
  return target.kind === 'sandbox' ? 'embedded sandbox' : locationOf(target);
}

function locationOf(store: Store): string {
  if (store.kind === 'redis') return redisLocation(store);
  return `dynamodb table ${store.table}${store.endpoint === undefined ? '' : ` at ${store.endpoint}`}`;
}

function noSecondary(): Fault {
  return new Fault('config-invalid', 'No second backend is configured', {
    next: 'Set STATE_SECONDARY_BACKEND and its address, like DYNAMODB_STATE_TABLE',
  });
}
