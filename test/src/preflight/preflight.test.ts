import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Backend, Finding } from '../../../src/backend/port.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { Fault } from '../../../src/base/fault.ts';
import { createPlatformClient } from '../../../src/platform/client.ts';
import { type PreflightParts, preflight } from '../../../src/preflight/preflight.ts';
import { stubBackend } from '../../setup/stub-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

const nothing: PreflightParts = {
  backends: [],
  platform: async () => undefined,
  admin: async () => undefined,
  metrics: async () => undefined,
  folders: [],
  timeoutMs: 2_000,
  clock: systemClock,
  secrets: [],
};

const look = (parts: Partial<PreflightParts>, signal?: AbortSignal) =>
  preflight({ ...nothing, ...parts }, signal);
const at = (location: string, backend: Backend) => ({ location, open: async () => backend });
const never = () => new Promise<never>(() => {});

const well = (findings: readonly Finding[]) =>
  stubBackend(async (operation) => (operation === 'examine' ? findings : undefined));

describe('a backend', () => {
  it('that answers is told with all that it found out', async () => {
    const finding: Finding = { name: 'replicas', kind: 'warning', found: 'none', next: 'Add one' };
    const rows = await look({ backends: [at('here', well([finding]))] });
    expect(rows).toContainEqual({ subject: 'here', ...finding });
    expect(rows).toContainEqual(expect.objectContaining({ name: 'answers', kind: 'ok' }));
  });

  it('that does not answer is a problem with what to do, and is not examined', async () => {
    const asked: string[] = [];
    const backend = stubBackend(async (operation) => {
      asked.push(operation);
      throw new Fault('backend-unreachable', 'away', { next: 'Start it' });
    });
    const [row] = await look({ backends: [at('here', backend)] });
    expect(row).toEqual({
      subject: 'here',
      name: 'backend',
      kind: 'problem',
      found: 'away',
      next: 'Start it',
    });
    expect(asked).toEqual(['ping']);
  });

  it('that cannot be examined has still answered', async () => {
    const backend = stubBackend(async (operation) => {
      if (operation === 'examine') throw new Fault('backend-denied', 'no +info');
    });
    const kinds = (await look({ backends: [at('here', backend)] })).map(({ name, kind }) => [name, kind]);
    expect(kinds).toContainEqual(['answers', 'ok']);
    expect(kinds).toContainEqual(['examination', 'unknown']);
  });

  it('that hangs is unknown after its time, and holds nobody else up', async () => {
    const rows = await look({
      backends: [at('hangs', stubBackend(never)), at('works', well([]))],
      timeoutMs: 50,
    });
    expect(rows).toContainEqual(expect.objectContaining({ subject: 'hangs', kind: 'unknown' }));
    expect(rows).toContainEqual(expect.objectContaining({ subject: 'works', kind: 'ok' }));
  });

  it('never has its secrets in a row', async () => {
    const leaky = well([{ name: 'x', kind: 'problem', found: 'user hunter2', next: 'Use hunter2' }]);
    const rows = await look({ backends: [at('redis://hunter2', leaky)], secrets: ['hunter2'] });
    expect(JSON.stringify(rows)).not.toContain('hunter2');
  });
});

it('ends when it is interrupted', async () => {
  const abort = new AbortController();
  const looking = look({ backends: [at('hangs', stubBackend(never))] }, abort.signal);
  abort.abort();
  await expect(looking).rejects.toThrow();
});

describe('game servers', () => {
  const client = (answers: Readonly<Record<string, unknown>>) =>
    createPlatformClient({
      servers: ['http://a'],
      timeoutMs: 1_000,
      fetch: async (url) => Response.json(answers[new URL(url).pathname] ?? {}),
    });
  const flag = { enabled: true, percentage: 100 };
  const flags = { use_state_persistence: flag, enable_state_snapshots: flag, enable_state_recovery: flag };
  const breakers = (state: string) => ({
    breakers: [{ name: 'storage', state, changed_at: '2026-11-23T12:00:00Z' }],
  });
  const answers = (healthy: boolean, state: string) => ({
    '/health': { components: { state_management: { healthy } } },
    '/api/health/circuit-breakers': breakers(state),
    '/api/feature-flags': { flags },
  });
  const kindsOf = async (given: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      (await look({ platform: async () => client(given) })).map(({ name, kind }) => [name, kind]),
    );

  it('that are well are told so', async () => {
    expect(await kindsOf(answers(true, 'closed'))).toEqual({
      health: 'ok',
      'circuit breakers': 'ok',
      flags: 'ok',
    });
  });

  it('that are not are problems', async () => {
    expect(await kindsOf(answers(false, 'open'))).toMatchObject({
      health: 'problem',
      'circuit breakers': 'problem',
    });
  });

  it('that answer something else are problems', async () => {
    expect(await kindsOf({})).toEqual({ health: 'problem', 'circuit breakers': 'problem', flags: 'problem' });
  });

  it('that are away are told once', async () => {
    const platform = createPlatformClient({
      servers: ['http://a'],
      timeoutMs: 1_000,
      fetch: async () => {
        throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      },
    });
    const rows = await look({ platform: async () => platform });
    expect(rows.map(({ name, kind }) => [name, kind])).toEqual([['answers', 'problem']]);
  });
});

describe('object storage', () => {
  const location = 's3://bucket/backups';
  const lookAt = async (list: () => Promise<{ archives: readonly unknown[] }>) => {
    const rows = await look({ objects: { location, list } });
    return rows.find(({ subject }) => subject === location);
  };

  it('that can be listed is well, and nobody claims that it can be written', async () => {
    expect(await lookAt(async () => ({ archives: [1, 2] }))).toMatchObject({
      kind: 'ok',
      found: expect.stringMatching(/2 archives; that it may be written shows/),
    });
  });

  it('that refuses is a problem, in its own words', async () => {
    const refuse = async () => {
      throw new Fault('io-failed', 'access was refused', { next: 'Check the AWS credentials' });
    };
    expect(await lookAt(refuse)).toMatchObject({
      kind: 'problem',
      found: 'access was refused',
      next: 'Check the AWS credentials',
    });
  });
});

describe('a folder', () => {
  const lookAt = async (path: string, isMade: boolean) => {
    const rows = await look({ folders: [{ name: 'archives', path, isMade }] });
    return rows.find(({ subject }) => subject === path);
  };

  it('that is there can be written', async () => {
    expect(await lookAt(tempFolder(), false)).toMatchObject({ kind: 'ok' });
  });

  it('that is missing is a problem, unless it is made when it is needed', async () => {
    const path = join(tempFolder(), 'not', 'there');
    expect(await lookAt(path, false)).toMatchObject({ kind: 'problem', next: expect.stringContaining(path) });
    expect(await lookAt(path, true)).toMatchObject({ kind: 'ok' });
  });

  it('that is a file, or lies below one, is a problem', async () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    expect(await lookAt(file, false)).toMatchObject({ kind: 'problem' });
    expect(await lookAt(join(file, 'below'), true)).toMatchObject({ kind: 'problem' });
  });
});
