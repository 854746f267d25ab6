import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { describeValues } from '../../../src/config/describe.ts';
import type { Env } from '../../../src/config/environment-layer.ts';
import type { ConfigFlags } from '../../../src/config/layers.ts';
import { type Configuration, loadSettings, readConfiguration } from '../../../src/config/load.ts';
import type { VariableName } from '../../../src/config/schema.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

let home: string;
beforeEach(() => {
  home = tempFolder();
});

const own = (env: Env): Env => ({
  XDG_CONFIG_HOME: home,
  XDG_DATA_HOME: '/data',
  XDG_STATE_HOME: '/state',
  ...env,
});
const read = (env: Env, flags: ConfigFlags = {}) => readConfiguration(flags, own(env));

function writeProfile(text: string, mode = 0o600): string {
  const folder = join(home, 'gamekeeper', 'profiles');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'staging.yaml');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

const staging: ConfigFlags = { profile: 'staging' };

const sourceOf = ({ given }: Configuration, name: VariableName) => given[name]?.source;
const told = ({ problems }: Configuration) =>
  problems.map(({ variable, place, what }) => `${variable} (${place}) ${what}`);

describe('a value comes from', () => {
  it('its default when nobody says otherwise', async () => {
    const configuration = await read({});
    expect(configuration.given.STATE_SNAPSHOT_INTERVAL).toEqual({ text: '300', source: { kind: 'default' } });
    expect(configuration.settings?.engine).toMatchObject({
      strategy: 'hybrid',
      snapshotIntervalMs: 300_000,
      snapshotsKept: 5,
      compactAfterEvents: 1_000,
      maxEvents: 5_000,
      cacheGames: 500,
      batchGames: 50,
      compression: true,
      asyncSnapshots: true,
      persistIntervalMs: 30_000,
      snapshotRetentionMs: 7 * 86_400_000,
      eventRetentionMs: 30 * 86_400_000,
      completedRetentionMs: 24 * 3_600_000,
    });
    expect(configuration.settings?.engine).not.toHaveProperty('cacheTtlMs');
  });

  it.each([
    [
      'high_reliability',
      { strategy: 'hybrid', snapshotIntervalMs: 120_000, snapshotsKept: 10, cacheGames: 500 },
    ],
    [
      'high_performance',
      { strategy: 'snapshot-only', snapshotIntervalMs: 600_000, snapshotsKept: 3, cacheGames: 1_000 },
    ],
    [
      'cost_optimized',
      {
        strategy: 'event-sourced',
        snapshotIntervalMs: 1_800_000,
        snapshotsKept: 2,
        compression: true,
        completedRetentionMs: 12 * 3_600_000,
      },
    ],
  ])('the preset %s before its default', async (name, engine) => {
    const configuration = await read({ STATE_PRESET: name });
    expect(configuration.settings?.engine).toMatchObject(engine);
    expect(sourceOf(configuration, 'STATE_SNAPSHOTS_KEPT')).toEqual({ kind: 'preset', name });
    expect(sourceOf(configuration, 'STATE_MAX_EVENTS')).toEqual({ kind: 'default' });
  });

  it('the profile before the preset, with its line', async () => {
    const file = writeProfile('# ours\nSTATE_PRESET: high_reliability\n  \nSTATE_SNAPSHOTS_KEPT: 7\n');
    const configuration = await read({}, staging);
    expect(configuration.given.STATE_SNAPSHOTS_KEPT).toEqual({
      text: '7',
      source: { kind: 'profile', name: 'staging', file, line: 4, column: 1 },
    });
    expect(sourceOf(configuration, 'STATE_SNAPSHOT_INTERVAL')).toMatchObject({ kind: 'preset' });
  });

  it('the environment before the profile', async () => {
    writeProfile('STATE_SNAPSHOTS_KEPT: 7\n');
    const configuration = await read({ STATE_SNAPSHOTS_KEPT: '8' }, staging);
    expect(configuration.given.STATE_SNAPSHOTS_KEPT).toEqual({
      text: '8',
      source: { kind: 'environment' },
    });
  });

  it('somebody, and what somebody chose is told apart from defaults', async () => {
    writeProfile('STATE_SNAPSHOTS_KEPT: 7\n');
    const { settings } = await read({ STATE_STRATEGY: 'hybrid' }, staging);
    expect(settings?.engineChosen).toEqual({ strategy: 'hybrid', snapshotsKept: 7 });
  });

  it('the flags before the environment', async () => {
    const configuration = await read(
      { STATE_SNAPSHOTS_KEPT: '8' },
      { set: ['STATE_SNAPSHOTS_KEPT=9', 'STATE_SNAPSHOTS_KEPT=10'] },
    );
    expect(configuration.given.STATE_SNAPSHOTS_KEPT).toEqual({
      text: '10',
      source: { kind: 'flag', flag: '--set' },
    });
  });
});

describe('of all layers', () => {
  const size = fc.option(fc.integer({ min: 1, max: 1_000_000 }).map(String), { nil: undefined });

  it('the last one that has a value gives it, whatever the others say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), size, size, size, async (preset, inProfile, inEnvironment, inFlag) => {
        writeProfile(inProfile === undefined ? 'ENVIRONMENT: staging\n' : `STATE_CACHE_SIZE: ${inProfile}\n`);
        const { given } = await read(
          { STATE_PRESET: preset ? 'high_performance' : '', STATE_CACHE_SIZE: inEnvironment },
          { ...staging, set: inFlag === undefined ? [] : [`STATE_CACHE_SIZE=${inFlag}`] },
        );
        const expected =
          (inFlag && [inFlag, 'flag']) ??
          (inEnvironment && [inEnvironment, 'environment']) ??
          (inProfile && [inProfile, 'profile']) ??
          (preset ? ['1000', 'preset'] : ['500', 'default']);
        expect([given.STATE_CACHE_SIZE?.text, given.STATE_CACHE_SIZE?.source.kind]).toEqual(expected);
      }),
    );
  });
});

describe('where profile and environment name different platforms', () => {
  const profile = 'ENVIRONMENT: staging\nREDIS_URL: redis://staging:6379/0\n';
  const leftOver = { REDIS_URL: 'redis://production:6379/0' };

  it('nothing runs, and both places are named', async () => {
    const file = writeProfile(profile);
    expect(told(await read(leftOver, staging))).toEqual([
      `REDIS_URL (environment) is set, and profile staging (${file}:2:1) sets it otherwise: which platform is meant?`,
    ]);
    expect(told(await read({ ...leftOver, GAMEKEEPER_PROFILE: 'staging' }))).toHaveLength(1);
  });

  it('a place that only the environment names counts as another platform too', async () => {
    writeProfile(profile);
    expect(told(await read({ GAME_SERVER_URLS: 'http://production:1' }, staging))).toEqual([
      expect.stringContaining('names its own platform without it'),
    ]);
  });

  it('either is taken once somebody says which one is meant', async () => {
    writeProfile(profile);
    const both = { ...leftOver, GAME_SERVER_URLS: 'http://production:1' };
    const byProfile = await read(both, { ...staging, prefer: 'profile' });
    expect(byProfile.settings).toMatchObject({
      environment: 'staging',
      target: { url: 'redis://staging:6379/0' },
      gameServerUrls: [],
    });
    expect(byProfile.leftOut).toEqual(['REDIS_URL', 'GAME_SERVER_URLS']);
    const byEnvironment = await read(both, { ...staging, prefer: 'environment' });
    expect(byEnvironment.settings).toMatchObject({
      target: { url: 'redis://production:6379/0' },
      gameServerUrls: ['http://production:1'],
    });
  });

  it('a flag needs no such word', async () => {
    writeProfile(profile);
    const { settings } = await read(leftOver, { ...staging, set: ['REDIS_URL=redis://other:6379/0'] });
    expect(settings).toMatchObject({ target: { url: 'redis://other:6379/0' } });
  });

  it('a profile can hand a value over on purpose, and then the environment must set it', async () => {
    const file = writeProfile('ENVIRONMENT: staging\nSTATE_STORAGE_BACKEND: redis\nREDIS_URL: $REDIS_URL\n');
    expect((await read(leftOver, staging)).settings).toMatchObject({
      environment: 'staging',
      target: { url: 'redis://production:6379/0' },
    });
    expect(told(await read({}, staging))).toEqual([
      `REDIS_URL (${file}:3:1) is left to the environment, which does not set it`,
    ]);
  });

  it('a profile that names no place leaves it to the environment', async () => {
    writeProfile('ENVIRONMENT: staging\nSTATE_OP_TIMEOUT: 10\n');
    expect((await read(leftOver, staging)).settings).toMatchObject({
      environment: 'staging',
      target: { kind: 'redis', url: 'redis://production:6379/0' },
    });
  });

  it('the same value on both sides is no difference', async () => {
    writeProfile(profile);
    expect(told(await read({ REDIS_URL: 'redis://staging:6379/0' }, staging))).toEqual([]);
  });
});

describe('everything that is wrong', () => {
  it('is told at once, each with its place', async () => {
    const file = writeProfile('STATE_OP_TIMEOUT: soon\nREDIS_ULR: redis://h\n"a b": 1\nSTATE_CACHE_SIZE:\n');
    const configuration = await read(
      { STATE_POOL_SIZE: '4', STATE_ENCRYPTION: 'true', STATE_MAX_EVENTS: '10' },
      { ...staging, set: ['NOBODY=1'] },
    );
    expect(configuration.settings).toBeUndefined();
    expect(told(configuration)).toEqual([
      'NOBODY (--set) is not a variable that gamekeeper knows',
      `REDIS_ULR (${file}:2:1) is not a variable that gamekeeper knows`,
      `undefined (${file}:3:1) is not a variable that gamekeeper knows`,
      `STATE_CACHE_SIZE (${file}:4:1) has no value`,
      'STATE_POOL_SIZE (environment) is not usable: expected a whole number from 5 to 1000',
      `STATE_OP_TIMEOUT (${file}:1:1) is not usable: expected seconds from 0.1 to 3600`,
      'STATE_ENCRYPTION (environment) needs a key',
      'STATE_COMPACT_AFTER (default) would never be reached, being more than STATE_MAX_EVENTS (environment)',
    ]);
    expect(configuration.problems.every(({ next }) => next.length > 5)).toBe(true);
    expect(configuration.problems[1]?.next).toBe('Did you mean REDIS_URL?');
  });

  it('is in the one fault of every other verb', async () => {
    const both = { STATE_POOL_SIZE: '4', STATE_OP_TIMEOUT: 'soon' };
    await expect(loadSettings({}, own(both))).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(/2 things[\s\S]*STATE_POOL_SIZE[\s\S]*STATE_OP_TIMEOUT/),
    });
  });

  it('in YAML is told by line, without the text of the line', async () => {
    writeProfile('ENVIRONMENT: staging\nREDIS_URL: "redis://:hunter2@h\n');
    const configuration = await read({}, staging);
    expect(told(configuration)[0]).toMatch(/staging\.yaml:\d+:\d+\) is not YAML here/);
    expect(JSON.stringify(configuration.problems)).not.toContain('hunter2');
  });

  it.each<[string, Env, string]>([
    ['dual writes to nowhere', { REDIS_URL: 'redis://h', STATE_DUAL_WRITE: 'true' }, 'STATE_DUAL_WRITE'],
    [
      'a second backend that is the first',
      { REDIS_URL: 'redis://h', STATE_SECONDARY_BACKEND: 'redis' },
      'STATE_SECONDARY_BACKEND',
    ],
    ['a second backend beside the sandbox', { STATE_SECONDARY_BACKEND: 'redis' }, 'STATE_SECONDARY_BACKEND'],
    [
      'two first backends',
      { STATE_STORAGE_BACKEND: 'redis', STATE_PRIMARY_BACKEND: 'dynamodb' },
      'STATE_PRIMARY_BACKEND',
    ],
    ['a key of the wrong length', { STATE_ENCRYPTION_KEYS: 'k1:aaaa' }, 'STATE_ENCRYPTION_KEYS'],
    ['one server twice', { GAME_SERVER_URLS: 'http://a:1,http://a:1/' }, 'GAME_SERVER_URLS'],
    ['sentinels without a master', { REDIS_URL: 'redis+sentinel://a,b' }, 'REDIS_URL'],
    ['a cluster with a database', { REDIS_URL: 'redis+cluster://a,b/3' }, 'REDIS_URL'],
    ['several hosts of one server', { REDIS_URL: 'redis://a,b' }, 'REDIS_URL'],
    [
      'keys in the address of archives',
      { STATE_BACKUP_LOCATION: 's3://key:hunter2@bucket' },
      'STATE_BACKUP_LOCATION',
    ],
    ['another address for archives', { STATE_BACKUP_LOCATION: 'http://bucket/a' }, 'STATE_BACKUP_LOCATION'],
  ])('refuses %s', async (_what, env, variable) => {
    const { problems } = await read(env);
    expect(problems.map((problem) => problem.variable)).toEqual([variable]);
  });

  it('blames no second backend for a first that is named twice, and says which name to drop', async () => {
    const { problems } = await read({
      STATE_STORAGE_BACKEND: 'redis',
      STATE_PRIMARY_BACKEND: 'dynamodb',
      STATE_SECONDARY_BACKEND: 'redis',
    });
    expect(problems).toMatchObject([
      {
        variable: 'STATE_PRIMARY_BACKEND',
        what: 'is dynamodb, and STATE_STORAGE_BACKEND is redis',
        next: expect.stringMatching(/^Unset STATE_STORAGE_BACKEND/),
      },
    ]);
  });
});

describe('what looks wrong', () => {
  const warned = async (env: Env) => (await read(env)).warnings.map(({ variable, next }) => [variable, next]);

  it.each([
    ['STATE_SNAPSHOT_INTERVL', 'STATE_SNAPSHOT_INTERVAL'],
    ['SNAPSHOT_INTERVAL', 'STATE_SNAPSHOT_INTERVAL'],
    ['STATE_SNAPSHOT_INTERVAL_MS', 'STATE_SNAPSHOT_INTERVAL'],
    ['STATE_REDIS_URL', 'REDIS_URL'],
    ['REDIS_ULR', 'REDIS_URL'],
  ])('in the environment is named with what was meant: %s', async (name, meant) => {
    expect(await warned({ [name]: '1' })).toEqual([[name, `Did you mean ${meant}? Rename it, or unset it`]]);
  });

  it('leaves the variables of others alone', async () => {
    expect(
      await warned({ PATH: '/bin', REDIS_HOST: 'h', STATE_DIRECTORY: '/var/lib/x', HOME: '/root' }),
    ).toEqual([]);
  });

  it('is a profile with a password that others may read', async () => {
    writeProfile('REDIS_URL: redis://:hunter2@h:6379/0\n', 0o644);
    expect((await read({}, staging)).warnings).toEqual([
      expect.objectContaining({ what: expect.stringContaining('may be read by others') }),
    ]);
    writeProfile('REDIS_URL: redis://:hunter2@h:6379/0\n', 0o600);
    expect((await read({}, staging)).warnings).toEqual([]);
  });

  it('is a value that is not in force and could not be used', async () => {
    const file = writeProfile('STATE_OP_TIMEOUT: soon\n');
    const { settings, warnings } = await read({ STATE_OP_TIMEOUT: '9' }, staging);
    expect(settings?.operationTimeoutMs).toBe(9_000);
    expect(warnings).toEqual([
      expect.objectContaining({ variable: 'STATE_OP_TIMEOUT', place: `${file}:1:1` }),
    ]);
  });

  it('is the order to encrypt archives for nobody, and a key for archives that are not encrypted', async () => {
    const STATE_BACKUP_RECIPIENTS = `age1${'q'.repeat(58)}`;
    expect(await warned({ STATE_BACKUP_ENCRYPT: 'true' })).toHaveLength(1);
    expect(await warned({ STATE_BACKUP_ENCRYPT: 'false' })).toEqual([]);
    expect(await warned({ STATE_BACKUP_ENCRYPT: 'true', STATE_BACKUP_RECIPIENTS })).toEqual([]);
    expect(await warned({ STATE_BACKUP_ENCRYPT: 'true', STATE_BACKUP_PASSPHRASE: 'a' })).toEqual([]);
    expect(await warned({ STATE_BACKUP_RECIPIENTS })).toHaveLength(1);
    expect(
      await warned({ STATE_BACKUP_PASSPHRASE: 'a', STATE_BACKUP_PASSPHRASE_FILE: '/run/secrets/p' }),
    ).toHaveLength(1);
  });
});

describe('two backends', () => {
  it('are there before dual writes begin, to be filled and compared', async () => {
    const { settings } = await read({
      REDIS_URL: 'redis://h',
      DYNAMODB_STATE_TABLE: 'games',
      STATE_PRIMARY_BACKEND: 'redis',
      STATE_SECONDARY_BACKEND: 'dynamodb',
    });
    expect(settings).toMatchObject({
      target: { kind: 'redis' },
      secondary: { kind: 'dynamodb', table: 'games' },
      dualWrite: false,
    });
  });
});

describe('the sentinels', () => {
  const env = {
    REDIS_URL: 'redis+sentinel://:ours@h/games',
    REDIS_SENTINEL_USERNAME: 'watcher',
    REDIS_SENTINEL_PASSWORD: 'th,e:irs',
  };

  it('may have a user of their own, whose password is never shown', async () => {
    const configuration = await read(env);
    expect(configuration.settings?.target).toMatchObject({
      sentinelLogin: { username: 'watcher', password: 'th,e:irs' },
    });
    expect(configuration.warnings).toEqual([]);
    // Whole: to hide each part of it would hide every e.
    expect(configuration.settings?.secrets).toEqual(['th,e:irs', 'ours']);
    expect(JSON.stringify(describeValues(configuration))).not.toContain('th,e:irs');
    const { REDIS_SENTINEL_USERNAME: _, ...byPassword } = env;
    expect((await read(byPassword)).settings?.target).toMatchObject({
      sentinelLogin: { password: 'th,e:irs' },
    });
    expect((await read({ REDIS_URL: env.REDIS_URL })).settings?.target).not.toHaveProperty('sentinelLogin');
  });

  it('have no password on the command line', async () => {
    const { problems } = await read({}, { set: ['REDIS_SENTINEL_PASSWORD=theirs'] });
    expect(problems.map(({ variable, place }) => `${variable} ${place}`)).toEqual([
      'REDIS_SENTINEL_PASSWORD --set',
    ]);
  });

  it('have a user only with a password, and neither without sentinels', async () => {
    const { REDIS_SENTINEL_PASSWORD: _, ...nameless } = env;
    expect((await read(nameless)).problems).toMatchObject([
      { variable: 'REDIS_SENTINEL_USERNAME', what: 'needs a password' },
    ]);
    expect((await read({ ...env, REDIS_URL: 'redis://h' })).warnings).toMatchObject([
      { variable: 'REDIS_SENTINEL_PASSWORD', what: expect.stringContaining('names no sentinels') },
    ]);
  });
});

describe('encryption', () => {
  const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');

  it('takes the first key as the current one and keeps those before it', async () => {
    const { settings } = await read({
      STATE_ENCRYPTION: 'true',
      STATE_ENCRYPTION_KEYS: `new:${key(2)},old:${key(1)}`,
    });
    expect(settings?.engine.keys?.current).toBe('new');
    expect([...(settings?.engine.keys?.keys ?? [])].map(([id, bytes]) => [id, bytes[0]])).toEqual([
      ['new', 2],
      ['old', 1],
    ]);
  });

  it('is not switched on by keys alone, which still open what was encrypted', async () => {
    const configuration = await read({ STATE_ENCRYPTION_KEYS: `k:${key(1)}` });
    expect(configuration.settings?.engine).not.toHaveProperty('keys');
    expect(configuration.settings?.engine.formerKeys?.has('k')).toBe(true);
    expect(configuration.warnings).toHaveLength(1);
  });
});
