import { Fault } from '../../base/fault.ts';

/** Host without the brackets of IPv6. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

type Endpoints = readonly [Endpoint, ...Endpoint[]];

export type Topology =
  | { readonly kind: 'single'; readonly server: Endpoint }
  | { readonly kind: 'sentinel'; readonly sentinels: Endpoints; readonly master: string }
  /** Any servers of the cluster; they name the others. */
  | { readonly kind: 'cluster'; readonly seeds: Endpoints };

export interface RedisAddress {
  readonly topology: Topology;
  readonly db: number;
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The same for people, without the password. */
  readonly location: string;
}

const defaultPort = 6379;
const defaultSentinelPort = 26379;

const form = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^/?#]*)@)?([^@/?#]*)(?:\/([^?#]*))?$/;

/**
 * `redis://[user[:password]@]host[:port][/db]`, `redis+sentinel://[…@]host[:port],…/MASTER[/db]`,
 * `redis+cluster://[…@]host[:port],…`; with `rediss` for TLS.
 *
 * @throws Fault `config-invalid`, which never repeats the URL: a password may be anywhere in a mistyped one.
 */
export function parseRedisUrl(url: string): RedisAddress {
  if (/[?#]/.test(url)) throw wrongUrl('has options after the database, which are not supported');
  const parts = form.exec(url);
  if (!parts) throw wrongUrl('does not begin with redis://, rediss://, or these with +sentinel or +cluster');
  const [, scheme = '', kind = 'single', userinfo = '', hosts = '', path = ''] = parts;
  const [username, ...rest] = userinfo.split(':');
  const user = decode(username ?? '');
  const { topology, db } = topologyOf(kind, hosts, path);
  return {
    topology,
    db,
    tls: scheme === 'rediss',
    username: user,
    password: decode(rest.join(':')),
    location: `${url.slice(0, url.indexOf('://'))}://${user ? `${user}@` : ''}${place(topology, db)}`,
  };
}

/** For people, without secrets; known before anything is reached. @throws Fault as parseRedisUrl */
export function redisLocation({ url, readFrom, keyPrefix = '' }: PlaceOfGames): string {
  const { location } = parseRedisUrl(url);
  return [
    location,
    keyPrefix === '' ? '' : `, keys ${keyPrefix}…`,
    readFrom === 'replica' ? ', read from a replica' : '',
  ].join('');
}

interface PlaceOfGames {
  readonly url: string;
  readonly readFrom: 'primary' | 'replica';
  readonly keyPrefix?: string;
}

function topologyOf(kind: string, hosts: string, path: string): { topology: Topology; db: number } {
  if (kind === 'cluster') {
    if (!/^0?$/.test(path)) throw wrongUrl('has a database; a cluster has database 0 only');
    return { topology: { kind, seeds: endpointsOf(hosts, defaultPort) }, db: 0 };
  }
  if (kind === 'sentinel') {
    const [master = '', db = '', ...more] = path.split('/');
    if (!master || more.length > 0) throw wrongUrl('does not name the master behind its sentinels');
    const sentinels = endpointsOf(hosts, defaultSentinelPort);
    return { topology: { kind, sentinels, master: decode(master) ?? '' }, db: databaseOf(db) };
  }
  const [server, ...more] = endpointsOf(hosts, defaultPort);
  if (more.length > 0) throw wrongUrl('names several hosts, as only +sentinel and +cluster do');
  return { topology: { kind: 'single', server }, db: databaseOf(path) };
}

function databaseOf(text: string): number {
  if (!/^\d{0,6}$/.test(text)) throw wrongUrl('has a path that is not the number of a database');
  return Number(text);
}

function endpointsOf(hosts: string, port: number): Endpoints {
  const [first = '', ...rest] = hosts.split(',').map((host) => host.trim());
  return [endpointOf(first, port), ...rest.map((host) => endpointOf(host, port))];
}

function endpointOf(text: string, port: number): Endpoint {
  if (!text || text.startsWith(':')) throw wrongUrl('names no host');
  const parsed = URL.parse(`redis://${text}`);
  if (!parsed?.hostname) throw wrongUrl('has a host or port that is none');
  return { host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(parsed.port) || port };
}

function place(topology: Topology, db: number): string {
  switch (topology.kind) {
    case 'single':
      return `${nameOf(topology.server)}/${db}`;
    case 'sentinel':
      return `${topology.sentinels.map(nameOf).join(',')}/${topology.master}/${db}`;
    case 'cluster':
      return topology.seeds.map(nameOf).join(',');
  }
}

/** For people, and to tell servers apart. */
export const nameOf = ({ host, port }: Endpoint): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text) || undefined;
  } catch {
    throw wrongUrl('has a user or password with a % that is not written as %25');
  }
}

function wrongUrl(why: string): Fault {
  return new Fault('config-invalid', `The Redis URL ${why}`, {
    next: 'Write it as redis://[user:password@]host:6379/0, special characters of the password as %XX',
  });
}
