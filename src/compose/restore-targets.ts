/** Where a restore may go: where the games are played, or another backend, key prefix, table or folder. */
import { resolve } from 'node:path';
import type { BackendPlace } from '../backend/catalogue.ts';
import type { RestoreParts } from '../backup/restore-plan.ts';
import { Fault } from '../base/fault.ts';
import { keyPrefix, tableName } from '../config/form.ts';
import type { Settings } from '../config/settings.ts';
import type { Target } from '../config/target.ts';
import { fromPrimary } from './from-primary.ts';
import type { Servers } from './servers.ts';
import type { Storages } from './storages.ts';

export function restoreTargets(
  settings: Pick<Settings, 'target' | 'secondary' | 'stores'>,
  storages: Pick<Storages, 'changing' | 'elsewhere'>,
  servers: Pick<Servers, 'admin'>,
): RestoreParts['target'] {
  return async (to) => {
    const played = async () => ({
      backend: await storages.changing(),
      admin: await servers.admin(),
      isPlayed: true,
    });
    if (to === undefined) return played();
    const place = placeNamed(to, settings);
    if (isSame(place, settings.target)) return played();
    const isSecond = settings.secondary !== undefined && isSame(place, settings.secondary);
    return {
      backend: await storages.elsewhere(place),
      admin: isSecond ? await servers.admin() : undefined,
      isPlayed: isSecond,
    };
  };
}

function placeNamed(to: string, { target, stores }: Pick<Settings, 'target' | 'stores'>): BackendPlace {
  const slash = to.indexOf('/');
  const kind = slash < 0 ? to : to.slice(0, slash);
  const rest = slash < 0 ? undefined : to.slice(slash + 1);
  if (kind === 'embedded' && rest) return { kind, folder: resolve(rest) };
  if (target.kind === 'sandbox') throw fromSandbox(to);
  if (kind === 'redis' && (rest === undefined || 'value' in keyPrefix.parse(rest))) {
    const store = fromPrimary(stores.redis);
    return rest === undefined ? store : { ...store, keyPrefix: rest };
  }
  if (kind === 'dynamodb' && (rest === undefined || 'value' in tableName.parse(rest))) {
    return rest === undefined ? stores.dynamodb : { ...stores.dynamodb, table: rest };
  }
  throw new Fault('wrong-use', `${to} names no place that games can be restored to`, {
    next: `Name redis, redis/PREFIX (${keyPrefix.expects}), dynamodb, dynamodb/TABLE or embedded/FOLDER`,
  });
}

/** By what they are, not by how they are connected to. */
function isSame(place: BackendPlace, target: Target): boolean {
  if (place.kind === 'redis' && target.kind === 'redis') {
    return place.url === target.url && (place.keyPrefix ?? '') === (target.keyPrefix ?? '');
  }
  return (
    place.kind === 'dynamodb' &&
    target.kind === 'dynamodb' &&
    place.table === target.table &&
    place.endpoint === target.endpoint
  );
}

function fromSandbox(to: string): Fault {
  return new Fault('refused', `The sandbox is simulated, and ${to} would be real`, {
    next: 'Set STATE_STORAGE_BACKEND and its address, or restore to embedded/FOLDER',
  });
}
