/** The verbs of the configuration, as scripts and people meet them. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { documentOf } from '../setup/document.ts';
import { startRedis } from '../setup/redis.ts';
import { small, test } from '../setup/scenario.ts';
import type { TestWorld } from '../setup/world.ts';

async function writeProfile(world: TestWorld, name: string, text: string): Promise<string> {
  const folder = join(world.env.XDG_CONFIG_HOME ?? '', 'gamekeeper', 'profiles');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

interface Row {
  readonly variable: string;
  readonly value?: string;
  readonly source: { readonly kind: string };
}

interface Check {
  readonly subject: string;
  readonly name: string;
  readonly kind: string;
  readonly next?: string;
}

describe.concurrent('config show', () => {
  test('says where each value came from', async ({ world }) => {
    const profile = 'STATE_PRESET: cost_optimized\nSTATE_CACHE_SIZE: 250\nSTATE_MAX_EVENTS: 2000\n';
    const file = await writeProfile(world, 'eu', profile);
    const { result } = documentOf(
      await world.run(['config', 'show', '--profile', 'eu', '--set', 'STATE_OP_TIMEOUT=9', '--json'], {
        env: { STATE_MAX_EVENTS: '3000' },
      }),
    );
    const row = (name: string) => result.values.find(({ variable }: Row) => variable === name);
    expect(row('STATE_POOL_SIZE')).toMatchObject({ value: '20', source: { kind: 'default' } });
    expect(row('STATE_SNAPSHOTS_KEPT')).toMatchObject({
      value: '2',
      source: { kind: 'preset', name: 'cost_optimized' },
    });
    expect(row('STATE_CACHE_SIZE')).toMatchObject({
      value: '250',
      source: { kind: 'profile', file, line: 2 },
    });
    expect(row('STATE_MAX_EVENTS')).toMatchObject({ value: '3000', source: { kind: 'environment' } });
    expect(row('STATE_OP_TIMEOUT')).toMatchObject({ value: '9', unit: 's', source: { kind: 'flag' } });
  });

  test('shows units to people, and no secret', async ({ world }) => {
    const { exit, stdout } = await world.run(['config', 'show'], {
      env: { REDIS_URL: 'redis://ops:hunter2@10.0.0.5:6379/0', STATE_ADMIN_TOKEN: 'hunter2hunter2' },
    });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^STATE_SNAPSHOT_INTERVAL +300 s +default/m);
    expect(stdout).toContain('redis://ops:[redacted]@10.0.0.5:6379/0');
    expect(stdout).not.toContain('hunter2');
  });

  test('says that a variable which nothing reads yet is ignored', async ({ world }) => {
    const { stdout } = await world.run(['config', 'show'], { env: { SLACK_WEBHOOK_URL: 'https://hooks/x' } });
    expect(stdout).toMatch(/^SLACK_WEBHOOK_URL +ignored +environment/m);
  });

  test('shows what it can of a configuration that cannot be used, and exits 2', async ({ world }) => {
    const document = documentOf(
      await world.run(['config', 'show', '--json'], { env: { STATE_OP_TIMEOUT: 'soon' } }),
    );
    expect(document).toMatchObject({ ok: false, exit: 2 });
    expect(document.result.problems).toHaveLength(1);
    expect(document.result.values.length).toBeGreaterThan(30);
  });
});

describe.concurrent('config presets', () => {
  test('puts the three beside what is in force, and marks what differs', async ({ world }) => {
    const { exit, stdout } = await world.run(['config', 'presets'], {
      env: { STATE_PRESET: 'high_reliability', NO_COLOR: '1' },
    });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^VARIABLE +NOW +high_reliability +high_performance +cost_optimized$/m);
    expect(stdout).toMatch(
      /^STATE_SNAPSHOTS_KEPT +10 snapshots +preset high_reliability +10 snapshots +\* 3/m,
    );
    expect(stdout).toContain('In force: high_reliability');
  });
});

describe.concurrent('config check', () => {
  test('finds the sandbox well and exits 0', async ({ world }) => {
    // Generous: a busy machine makes the sandbox slow.
    const env = { STATE_CONN_TIMEOUT: '60' };
    const document = documentOf(await world.run(['config', 'check', '--json'], { env }));
    expect(document.result.checks.filter(({ kind }: Check) => kind !== 'ok')).toEqual([]);
    const names = document.result.checks.map(({ name }: Check) => name);
    expect(names).toEqual(expect.arrayContaining(['answers', 'quick check', 'health', 'flags', 'metrics']));
    expect(document).toMatchObject({ ok: true, exit: 0 });
  });

  test('tells everything that is wrong at once, probes nothing and exits 2', async ({ world }) => {
    await writeProfile(world, 'eu', 'STATE_CACHE_SIZ: 1\nSTATE_OP_TIMEOUT: soon\n');
    const ran = await world.run(['config', 'check', '--profile', 'eu'], {
      env: { STATE_POOL_SIZE: 'hunter2', STATE_ENCRYPTION: 'true', STATE_SNAPSHOT_INTERVL: '60' },
    });
    expect(ran.exit).toBe(2);
    for (const part of [
      /eu\.yaml:1:1\).*\n +Did you mean STATE_CACHE_SIZE\?/,
      /STATE_OP_TIMEOUT \(.*eu\.yaml:2:1\)/,
      /STATE_POOL_SIZE \(environment\)/,
      /STATE_ENCRYPTION \(environment\) needs a key/,
      /STATE_SNAPSHOT_INTERVL .*\n +Did you mean STATE_SNAPSHOT_INTERVAL\?/,
      /Nothing was probed: 4 errors/,
    ]) {
      expect(ran.stdout).toMatch(part);
    }
    expect(ran.stdout + ran.stderr).not.toContain('hunter2');
    expect(await world.processes()).toEqual([]);
  });

  test('finds a Redis that evicts games, and never says its password', async ({ world }) => {
    const redis = await startRedis({
      password: 'hunter2',
      maxmemory: '50mb',
      args: ['--maxmemory-policy', 'allkeys-lru'],
    });
    try {
      const ran = await world.run(['config', 'check', '--json'], { env: { REDIS_URL: redis.url } });
      const { exit, result } = documentOf(ran);
      expect(exit).toBe(1);
      expect(result.checks.find(({ name }: Check) => name === 'answers')).toMatchObject({ kind: 'ok' });
      expect(result.checks.find(({ name }: Check) => name === 'maxmemory-policy')).toMatchObject({
        kind: 'problem',
        next: expect.stringContaining('noeviction'),
      });
      expect(ran.stdout + ran.stderr).not.toContain('hunter2');
    } finally {
      await redis.stop();
    }
  });

  test('says of each place that does not answer what to do', async ({ world }) => {
    const { exit, result } = documentOf(
      await world.run(['config', 'check', '--json'], {
        env: {
          REDIS_URL: 'redis://:hunter2@127.0.0.1:1/0',
          GAME_SERVER_URLS: 'http://127.0.0.1:2',
          STATE_BACKUP_LOCATION: join(world.folder, 'nowhere'),
          STATE_CONN_TIMEOUT: '1',
        },
      }),
    );
    expect(exit).toBe(1);
    const problems = result.checks.filter(({ kind }: Check) => kind === 'problem');
    expect(problems.map(({ subject }: Check) => subject)).toEqual([
      expect.stringContaining('127.0.0.1:1'),
      'http://127.0.0.1:2',
      expect.any(String),
      join(world.folder, 'nowhere'),
    ]);
    expect(problems.every(({ next }: Check) => next)).toBe(true);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});

describe.concurrent('a profile beside an environment of another platform', () => {
  const env = { REDIS_URL: 'redis://:hunter2@production:6379/0' };
  const profile = 'ENVIRONMENT: staging\nREDIS_URL: redis://127.0.0.1:1/0\nSTATE_CONN_TIMEOUT: 1\n';

  test('is refused with 2 until one is preferred; then every document names it', async ({ world }) => {
    await writeProfile(world, 'staging', profile);
    const refused = documentOf(await world.run(['status', '--profile', 'staging', '--json'], { env }));
    expect(refused).toMatchObject({ exit: 2, fault: { next: expect.stringContaining('--prefer profile') } });
    expect(JSON.stringify(refused)).not.toContain('hunter2');
    const ran = await world.run(['status', '--profile', 'staging', '--prefer', 'profile', '--json'], { env });
    expect(JSON.parse(ran.stdout)).toMatchObject({ environment: 'staging', profile: 'staging' });
  });
});

describe.concurrent('the sandbox', () => {
  test('has its games by the strategy that the environment names', async ({ world }) => {
    const holder = world.open(small, ['sandbox', '--hold'], { STATE_STRATEGY: 'event-sourced' });
    await holder.waitFor('until you press Ctrl-C', { timeoutMs: 20_000 });
    const { result } = documentOf(await world.run(['status', '--json']));
    const response = await fetch(`${result.servers[0].server}/metrics`);
    expect(await response.text()).toContain('strategy="event-sourced"');
  });
});

describe.concurrent('archives that are to be encrypted, and nothing says for whom,', () => {
  test('are refused rather than written in the open', async ({ world }) => {
    const env = { STATE_BACKUP_ENCRYPT: 'true' };
    const document = documentOf(await world.run(['backup', 'create', '--json'], { env }));
    expect(document).toMatchObject({ exit: 2, fault: { code: 'config-invalid' } });
    expect(await readdir(world.backups)).toEqual([]);
  });
});

describe.concurrent('production', () => {
  const env = { REDIS_URL: 'redis://127.0.0.1:1/0', STATE_CONN_TIMEOUT: '1' };

  test('has its bar at the top left also without colours, and staging has none', async ({ world }) => {
    const production = world.open(small, [], { ...env, NO_COLOR: '1' });
    await production.waitFor(([first = '']) => first.startsWith('  PRODUCTION '));
    const staging = world.open(small, [], { ...env, ENVIRONMENT: 'staging' });
    await staging.waitFor((lines) => lines.some((line) => line.includes('staging')));
    expect(staging.screen().join('\n')).not.toContain('PRODUCTION');
  });
});
