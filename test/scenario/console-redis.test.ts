/** The console on a real Redis without game servers, and on one that does not answer. */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { contentOf, emptyRedis, playGames, writeLegacyGames } from '../setup/redis-games.ts';
import { small, test } from '../setup/scenario.ts';
import type { Terminal } from '../setup/terminal.ts';

const text = (console: Terminal) => console.screen().join('\n');

describe('on a Redis that does not answer', () => {
  const env = { REDIS_URL: 'redis://:hunter2@127.0.0.1:1/0', STATE_CONN_TIMEOUT: '1' };

  test('the console opens and says so; what it cannot know it does not claim', async ({ world }) => {
    const console = world.open(small, [], env);
    await console.waitFor(/DOWN/);
    await console.waitFor('PRODUCTION');
    await console.waitFor('refused the connection');
    expect(text(console)).toContain('unpersisted games: not known');
    expect(text(console)).toMatch(/Transitions +no data/);
    expect(text(console)).not.toMatch(/HEALTHY|SIMULATED|hunter2/);
    console.press('q');
    expect(await console.exited).toEqual({ code: 0, signal: 0 });
  });

  test('an action says what to check, and changes nothing', async ({ world }) => {
    const console = world.open(small, ['--screen', 'backups'], env);
    await console.waitFor('There is no archive yet');
    console.press('c');
    await console.waitFor('No plan could be made; nothing was changed');
    expect(text(console)).toContain('Next: Check that the server runs');
  });
});

describe('on a real Redis', () => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startRedis();
    await playGames(redis.url, ['alpha', 'bravo']);
    await writeLegacyGames(redis.url, ['old-1']);
  });

  afterAll(() => redis.stop());

  test('games of both layouts are archived, lost, and restored by typing production', async ({ world }) => {
    const before = await contentOf(redis.url);
    const console = world.open(small, ['--screen', 'backups'], { REDIS_URL: redis.url });
    await console.waitFor('There is no archive yet');
    console.press('c');
    await console.waitFor('PREVIEW');
    console.press('a');
    await console.waitFor(/^ DONE: every step/);
    expect(text(console)).toContain('3 games');
    console.press('esc');
    await console.waitFor(/► production-\d+T/);

    await emptyRedis(redis.url);
    console.press('t');
    await console.waitFor('What shall become of games that exist already?');
    console.press('1');
    await console.waitFor('3 create');
    expect(await contentOf(redis.url)).toEqual({});
    console.press('a');
    await console.waitFor('CONFIRM');
    console.type('production\r');
    await console.waitFor(/^ DONE: every step/);
    expect(await contentOf(redis.url)).toEqual(before);
  });
});
