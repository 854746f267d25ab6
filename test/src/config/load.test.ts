import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Env } from '../../../src/config/environment-layer.ts';
import type { ConfigFlags } from '../../../src/config/layers.ts';
import { loadSettings } from '../../../src/config/load.ts';
import { variables } from '../../../src/config/schema.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

let home: string;
beforeEach(() => {
  home = tempFolder();
});

const load = (env: Env, profile?: string, flags: ConfigFlags = {}) =>
  loadSettings(profile === undefined ? flags : { ...flags, profile }, {
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: '/data',
    XDG_STATE_HOME: '/state',
    ...env,
  });

function writeProfile(name: string, text: string) {
  mkdirSync(join(home, 'gamekeeper', 'profiles'), { recursive: true });
  writeFileSync(join(home, 'gamekeeper', 'profiles', `${name}.yaml`), text);
}

describe('which world', () => {
  it('is the sandbox when nothing is set', async () => {
    expect(await load({})).toMatchObject({ environment: 'sandbox', target: { kind: 'sandbox' } });
  });

  it('is Redis with REDIS_URL, and then production unless named otherwise', async () => {
    const url = 'redis://10.0.0.5:6379/2';
    expect(await load({ REDIS_URL: url })).toMatchObject({
      environment: 'production',
      target: { kind: 'redis', url },
    });
    expect(await load({ REDIS_URL: url, ENVIRONMENT: 'staging' })).toMatchObject({ environment: 'staging' });
  });

  it('is Redis on its default address when only the backend is named', async () => {
    const { target } = await load({ STATE_STORAGE_BACKEND: 'redis' });
    expect(target).toEqual({
      kind: 'redis',
      url: 'redis://localhost:6379/0',
      readFrom: 'primary',
      poolSize: 20,
      connectTimeoutMs: 5_000,
      operationTimeoutMs: 30_000,
    });
  });

  it('is DynamoDB with a table or an endpoint', async () => {
    const endpoint = 'http://127.0.0.1:8000';
    expect((await load({ DYNAMODB_STATE_TABLE: 'games' })).target).toMatchObject({
      kind: 'dynamodb',
      table: 'games',
    });
    expect((await load({ DYNAMODB_ENDPOINT: endpoint })).target).toMatchObject({
      kind: 'dynamodb',
      table: 'game-states',
      endpoint,
    });
  });

  it('is refused when both backends are configured and none is chosen', async () => {
    const both = { REDIS_URL: 'redis://h', DYNAMODB_STATE_TABLE: 'games' };
    await expect(load(both)).rejects.toMatchObject({
      code: 'config-invalid',
      next: expect.stringContaining('STATE_STORAGE_BACKEND'),
    });
    expect((await load({ ...both, STATE_STORAGE_BACKEND: 'redis' })).target.kind).toBe('redis');
  });

  it('takes an empty variable as unset', async () => {
    expect((await load({ REDIS_URL: '' })).target.kind).toBe('sandbox');
  });
});

describe('values', () => {
  it('turns seconds into milliseconds and lists into arrays', async () => {
    const settings = await load({ STATE_CONN_TIMEOUT: '0.5', GAME_SERVER_URLS: 'http://a:1/, http://b:2' });
    expect(settings).toMatchObject({
      connectTimeoutMs: 500,
      gameServerUrls: ['http://a:1', 'http://b:2'],
      metricsUrls: ['http://a:1/metrics', 'http://b:2/metrics'],
    });
  });

  it.each([
    ['STATE_CONN_TIMEOUT', 'soon'],
    ['REDIS_URL', 'http://10.0.0.5'],
    ['GAME_SERVER_URLS', 'http://a,ftp://b'],
    ['ENVIRONMENT', '../production'],
    ['BACKUP_COMPLETED_GAMES', 'maybe'],
    ['STATE_STORAGE_BACKEND', 'mysql'],
  ])('refuses %s=%s and names it', async (name, value) => {
    await expect(load({ [name]: value })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(name),
    });
  });

  it.each([
    ['REDIS_URL', 'redis//:hunter2@h'],
    ['GAME_SERVER_URLS', 'http://ops:hunter2@10.0.0.5'],
    ['METRICS_URLS', 'htp://ops:hunter2@10.0.0.5'],
  ])('never repeats a secret of %s in a message', async (name, value) => {
    await expect(load({ [name]: value })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.not.stringContaining('hunter2'),
    });
  });

  it('are all explained in the README', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    for (const name of Object.keys(variables)) expect(readme).toContain(name);
  });
});

describe('a profile', () => {
  it('can be named by GAMEKEEPER_PROFILE, which the command line beats', async () => {
    writeProfile('a', 'ENVIRONMENT: from-a\n');
    writeProfile('b', 'ENVIRONMENT: from-b\n');
    expect((await load({ GAMEKEEPER_PROFILE: 'a' })).environment).toBe('from-a');
    expect((await load({ GAMEKEEPER_PROFILE: 'a' }, 'b')).environment).toBe('from-b');
  });

  it('that does not exist is refused with those that do', async () => {
    writeProfile('staging', 'ENVIRONMENT: staging\n');
    await expect(load({}, 'stagign')).rejects.toMatchObject({
      code: 'config-invalid',
      next: 'Choose one of: staging',
    });
  });

  it.each([
    ['is not YAML', 'a: [b'],
    ['is no list of names', '- REDIS_URL'],
    ['has a name that is not known', 'REDIS_ULR: redis://h'],
  ])('that %s is refused', async (_why, text) => {
    writeProfile('broken', text);
    await expect(load({}, 'broken')).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it('cannot be a path', async () => {
    await expect(load({}, '../../etc/passwd')).rejects.toMatchObject({ code: 'config-invalid' });
  });
});
