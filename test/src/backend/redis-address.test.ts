import { expect, test } from 'vitest';
import { parseRedisUrl, redisLocation } from '../../../src/backend/redis/address.ts';
import { Fault } from '../../../src/base/fault.ts';

const single = (host: string, port = 6379) => ({ kind: 'single', server: { host, port } });

test.each([
  [
    'redis://localhost',
    { topology: single('localhost'), db: 0, tls: false, location: 'redis://localhost:6379/0' },
  ],
  ['redis://localhost:7000/', { topology: single('localhost', 7000), db: 0 }],
  ['rediss://db.example:6380/3', { tls: true, db: 3, location: 'rediss://db.example:6380/3' }],
  ['redis://:p%40ss%2F@h', { username: undefined, password: 'p@ss/', location: 'redis://h:6379/0' }],
  ['redis://me:pw@h', { username: 'me', password: 'pw', location: 'redis://me@h:6379/0' }],
  ['redis://me:p:w@x@h', { username: 'me', password: 'p:w@x', location: 'redis://me@h:6379/0' }],
  ['redis://[::1]:6379/0', { topology: single('::1'), location: 'redis://[::1]:6379/0' }],
  [
    'redis+sentinel://me:pw@s1,s2:26380/games',
    {
      topology: {
        kind: 'sentinel',
        sentinels: [
          { host: 's1', port: 26379 },
          { host: 's2', port: 26380 },
        ],
        master: 'games',
      },
      db: 0,
      tls: false,
      location: 'redis+sentinel://me@s1:26379,s2:26380/games/0',
    },
  ],
  ['rediss+sentinel://s1/my%20games/2', { tls: true, db: 2, topology: { master: 'my games' } }],
  [
    'rediss+cluster://me:pw@h1:7000,[::1]:7001',
    {
      topology: {
        kind: 'cluster',
        seeds: [
          { host: 'h1', port: 7000 },
          { host: '::1', port: 7001 },
        ],
      },
      tls: true,
      location: 'rediss+cluster://me@h1:7000,[::1]:7001',
    },
  ],
])('%s is understood', (url, expected) => {
  expect(parseRedisUrl(url)).toMatchObject(expected);
});

test('a place that is read from a replica says so', () => {
  const url = 'redis://:pw@h';
  expect(redisLocation({ url, readFrom: 'primary' })).toBe('redis://h:6379/0');
  expect(redisLocation({ url, readFrom: 'replica' })).toBe('redis://h:6379/0, read from a replica');
});

test('a place of games under a prefix says so', () => {
  const place = { url: 'redis://:pw@h', readFrom: 'primary', keyPrefix: 'copy:' } as const;
  expect(redisLocation(place)).toBe('redis://h:6379/0, keys copy:…');
});

test.each([
  '',
  's3cret',
  'localhost:6379',
  'http://u:s3cret@h:6379',
  'redis://',
  'redis:///0',
  'redis://u:s3cret@h:port',
  'redis://u:s3cret@h/first',
  'redis://u:s3cret@h/0?family=6',
  'redis://u:s3cret%@h/0',
  'redis://u:s3cret@h1,h2/0',
  'redis-sentinel://u:s3cret@h:26379/mymaster',
  'redis+sentinel://u:s3cret@h:26379',
  'redis+sentinel://u:s3cret@h:26379/games/first',
  'redis+sentinel://u:s3cret@h,/games',
  'redis+cluster://u:s3cret@h/1',
  'redis+cluster://u:s3cret/@h',
])('"%s" is refused, without repeating it', (url) => {
  try {
    parseRedisUrl(url);
    expect.unreachable();
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    expect(thrown).toMatchObject({ code: 'config-invalid', next: expect.stringContaining('redis://') });
    expect(thrown.message).not.toContain('s3cret');
    expect(thrown.cause).toBeUndefined();
  }
});
