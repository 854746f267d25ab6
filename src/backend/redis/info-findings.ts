/** What INFO says, as findings. */
import type { Finding } from '../port.ts';
import { numberIn, textIn } from './info.ts';

const oldest = 7;
/** Shares of maxmemory. */
const [full, nearlyFull] = [0.85, 0.7];
const longestLagS = 1;

export function version(info: string): Finding {
  const found = textIn(info, 'redis_version');
  if (found === undefined) return unsaid('version');
  if (Number.parseInt(found, 10) >= oldest) return ok('version', found);
  return problem('version', found, 'Upgrade to Redis 7.0 or newer');
}

/** @param expected as INFO names it */
export function role(info: string, expected: 'master' | 'slave'): Finding {
  const found = textIn(info, 'role');
  if (found === undefined) return unsaid('role');
  if (found !== expected) {
    return expected === 'master'
      ? problem('role', 'a replica, which takes no writes', 'Point REDIS_URL at the master')
      : warning('role', 'a master', 'Point REDIS_URL at a replica, or set REDIS_READ_FROM to primary');
  }
  if (found === 'master') return ok('role', 'master');
  const link = textIn(info, 'master_link_status');
  if (link === 'up')
    return ok('role', `replica, last heard its master ${numberIn(info, 'master_last_io_seconds_ago')} s ago`);
  return problem('role', 'a replica without its master', 'Check the replication with INFO replication');
}

/** Like `slave0:ip=10.0.0.6,port=6379,state=online,offset=14,lag=0`. */
const replicaLine = /^slave\d+:ip=([^,]*),port=(\d+),state=(\w+),.*lag=(\d+)/gm;

export function replication(info: string): Finding[] {
  const replicas = [...info.matchAll(replicaLine)].map(([, ip, port, state, lag]) => ({
    name: `${ip}:${port}`,
    behind:
      state !== 'online'
        ? `is not in step (${state})`
        : Number(lag) > longestLagS
          ? `is ${lag} s behind`
          : '',
  }));
  if (replicas.length === 0) {
    return [warning('replicas', 'none: what this server loses is lost', 'Add a replica')];
  }
  const behind = replicas.filter((replica) => replica.behind !== '');
  if (behind.length === 0) return [ok('replicas', `${replicas.length}, in step`)];
  return behind.map((replica) =>
    warning(
      'replicas',
      `${replica.name} ${replica.behind}`,
      'Check the network between them and the load of the replica',
    ),
  );
}

export function memory(info: string): Finding {
  const used = numberIn(info, 'used_memory');
  const limit = numberIn(info, 'maxmemory');
  if (used === undefined || limit === undefined) return unsaid('maxmemory');
  if (limit === 0) {
    return warning(
      'maxmemory',
      'not set: Redis grows until the system ends it',
      'Set maxmemory below what the machine has',
    );
  }
  const share = used / limit;
  const found = `${Math.round(share * 100)} % of ${Math.round(limit / 1024 ** 2)} MiB used`;
  if (share >= full)
    return problem('maxmemory', found, 'Raise maxmemory or free memory: a full server takes no writes');
  return share >= nearlyFull
    ? warning('maxmemory', found, 'Raise maxmemory or free memory')
    : ok('maxmemory', found);
}

export function policy(info: string): Finding {
  const found = textIn(info, 'maxmemory_policy');
  if (found === undefined) return unsaid('maxmemory-policy');
  if (found === 'noeviction') return ok('maxmemory-policy', found);
  const next = 'Set maxmemory-policy to noeviction';
  return numberIn(info, 'maxmemory') === 0
    ? warning('maxmemory-policy', `${found}: games will be evicted once maxmemory is set`, next)
    : problem('maxmemory-policy', `${found}: a full server evicts games`, next);
}

/** @param save the setting, undefined when it may not be read; the answer is undefined when it would tell */
export function durability(info: string, save: string | undefined): Finding | undefined {
  const failed = ['rdb_last_bgsave_status', 'aof_last_write_status'].filter(
    (name) => textIn(info, name) === 'err',
  );
  if (failed.length > 0) {
    return problem(
      'persistence',
      `the last save failed (${failed.join(', ')})`,
      "Check the server's disk and log",
    );
  }
  if (numberIn(info, 'aof_enabled') === 1) return ok('persistence', 'appendonly');
  if (save === undefined) return undefined;
  if (save !== '') return ok('persistence', `snapshots by "${save}": a crash loses what came after the last`);
  return warning('persistence', 'off: a restart loses every game', 'Set appendonly to yes');
}

const ok = (name: string, found: string): Finding => ({ name, kind: 'ok', found });
const warning = (name: string, found: string, next: string): Finding => ({
  name,
  kind: 'warning',
  found,
  next,
});
const problem = (name: string, found: string, next: string): Finding => ({
  name,
  kind: 'problem',
  found,
  next,
});
const unsaid = (name: string): Finding => ({
  name,
  kind: 'unknown',
  found: 'the server does not say',
  next: 'Ask whoever runs it',
});
