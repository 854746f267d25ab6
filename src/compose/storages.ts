/** Where the games are: the first storage, and the second one while games move from one to the other. */
import type { Backend, BackendListener } from '../backend/port.ts';
import { redisLocation } from '../backend/redis/address.ts';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { once } from '../base/once.ts';
import type { Settings } from '../config/settings.ts';
import type { Store } from '../config/target.ts';
import type { Sides } from '../migration/sides.ts';
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
  /** The first one, its reads tried again. */
  games(): Promise<Backend>;
  sides(): Promise<Sides>;
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

  const { secondary: second } = settings;
  const openSecondUnguarded =
    second &&
    once(async () => {
      const { openBackend } = await import('../backend/catalogue.ts');
      return openBackend(second, clock, listener);
    });
  const openSecond = openSecondUnguarded && once(async () => guarded(await openSecondUnguarded()));

  const dualWrites = once(async () => {
    const primary = await openTarget(settings, sandbox, clock, listener);
    if (!settings.dualWrite || !openSecondUnguarded) return { backend: primary };
    const { withDualWrite } = await import('../backend/dual-write/dual-write.ts');
    const backend = withDualWrite(primary, await openSecondUnguarded(), { clock });
    return { backend, dualWrite: backend.dualWrite };
  });
  const openFirst = once(async () => guarded((await dualWrites()).backend));

  const withRetries = async (opened: Backend) => {
    const { retryReads } = await import('../backend/retry.ts');
    return retryReads(opened, { clock });
  };

  return {
    primary: { location: placeOf(settings), open: openFirst },
    secondary: second && openSecond && { location: locationOf(second), open: openSecond },
    games: async () => withRetries(await openFirst()),
    async sides() {
      if (!openSecond) throw noSecondary();
      const [primary, secondary] = await Promise.all([openFirst(), openSecond()]);
      const behind = [primary, secondary].find(({ readsFrom }) => readsFrom === 'replica');
      if (behind) throw comparesReplica(behind);
      return { primary: await withRetries(primary), secondary: await withRetries(secondary) };
    },
    settleDualWrites: async () => (await dualWrites.made())?.dualWrite?.settle(),
    async close() {
      await (await openFirst.made())?.close();
      // Dual writes have closed it.
      if (!(await dualWrites.made())?.dualWrite) await (await openSecond?.made())?.close();
    },
  };
}

/** A configured backend that fails never falls back to the sandbox. */
async function openTarget(
  settings: Settings,
  sandbox: Servers['sandbox'],
  clock: Clock,
  listener: BackendListener,
): Promise<Backend> {
  const { openBackend } = await import('../backend/catalogue.ts');
  const { target } = settings;
  if (target.kind !== 'sandbox') return openBackend(target, clock, listener);
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
  if (store.kind === 'redis') return redisLocation(store.url, store.readFrom);
  return `dynamodb table ${store.table}${store.endpoint === undefined ? '' : ` at ${store.endpoint}`}`;
}

function noSecondary(): Fault {
  return new Fault('config-invalid', 'No second backend is configured', {
    next: 'Set STATE_SECONDARY_BACKEND and its address, like DYNAMODB_STATE_TABLE',
  });
}

function comparesReplica({ location }: Backend): Fault {
  return new Fault('config-invalid', `${location}, and a replica may be behind`, {
    next: 'Set REDIS_READ_FROM to primary',
  });
}
