import { Fault } from '../../base/fault.ts';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The same for people, without the password. */
  readonly location: string;
}

const defaultPort = 6379;

/**
 * `redis://[user[:password]@]host[:port][/db]`, or `rediss://` for TLS.
 *
 * @throws Fault `config-invalid`, which never repeats the URL: a password may be anywhere in a mistyped one.
 */
export function parseRedisUrl(url: string): RedisAddress {
  const parsed = URL.parse(url);
  if (!parsed) throw wrongUrl('is not a URL');
  const { protocol, hostname } = parsed;
  if (protocol !== 'redis:' && protocol !== 'rediss:')
    throw wrongUrl('begins with neither redis:// nor rediss://');
  if (!hostname) throw wrongUrl('names no host');
  if (!/^\/?\d{0,6}$/.test(parsed.pathname))
    throw wrongUrl('has a path that is not the number of a database');
  if (parsed.search || parsed.hash) throw wrongUrl('has options after the database, which are not supported');
  const port = parsed.port ? Number(parsed.port) : defaultPort;
  const db = Number(parsed.pathname.slice(1));
  const username = decode(parsed.username);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    db,
    tls: protocol === 'rediss:',
    username,
    password: decode(parsed.password),
    location: `${protocol}//${username ? `${username}@` : ''}${hostname}:${port}/${db}`,
  };
}

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
