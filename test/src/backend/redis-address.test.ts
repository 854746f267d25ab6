import { expect, test } from 'vitest';
import { parseRedisUrl } from '../../../src/backend/redis/address.ts';
import { Fault } from '../../../src/base/fault.ts';

test.each([
  [
    'redis://localhost',
    { host: 'localhost', port: 6379, db: 0, tls: false, location: 'redis://localhost:6379/0' },
  ],
  ['redis://localhost:7000/', { port: 7000, db: 0 }],
  ['rediss://db.example:6380/3', { tls: true, db: 3, location: 'rediss://db.example:6380/3' }],
  ['redis://:p%40ss%2F@h', { username: undefined, password: 'p@ss/', location: 'redis://h:6379/0' }],
  ['redis://me:pw@h', { username: 'me', password: 'pw', location: 'redis://me@h:6379/0' }],
  ['redis://[::1]:6379/0', { host: '::1', location: 'redis://[::1]:6379/0' }],
])('%s is understood', (url, expected) => {
  expect(parseRedisUrl(url)).toMatchObject(expected);
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
  'redis-sentinel://u:s3cret@h:26379/mymaster',
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
