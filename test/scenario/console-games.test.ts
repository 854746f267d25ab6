/** The screens of games on a real Redis without game servers: nobody moves them, so what is seen can be held to. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { contentOf, playGames, withRedis, writeLegacyGames } from '../setup/redis-games.ts';
import { nameOf, sizes, test } from '../setup/scenario.ts';
import type { Terminal } from '../setup/terminal.ts';
import type { TestWorld } from '../setup/world.ts';

const text = (console: Terminal) => console.screen().join('\n');
const validState = (id: string) => ({
  room_id: id,
  players: [{ id: 'ada' }, { id: 'bao' }],
  created_at: '2026-11-23T03:00:00.000Z',
  updated_at: '2026-11-23T03:07:00.000Z',
  turn: 3,
});

/** Both records of its newest state, so that the one before it is the newest that is proved. */
const damageNewest = (url: string, id: string): Promise<unknown> =>
  withRedis(url, (redis) => redis.hset(`gk1:{game:${id}}`, { 'e:5': 'torn', 's:5': 'torn' }));

const runs = { timeoutMs: 20_000 };

describe.each(sizes.map((size) => ({ name: nameOf(size), size })))('at $name', ({ size }) => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startRedis();
    await playGames(redis.url, ['alpha', 'bravo', 'charlie']);
    await writeLegacyGames(redis.url, ['old-1']);
  });
  afterAll(() => redis.stop());

  async function openGames(world: TestWorld, env: Readonly<Record<string, string>> = {}) {
    const console = world.open(size, ['--screen', 'games'], { REDIS_URL: redis.url, ...env });
    await console.waitFor('4 games', runs);
    return console;
  }

  async function openGame(world: TestWorld, id: string, env: Readonly<Record<string, string>> = {}) {
    const console = await openGames(world, env);
    console.type(`:game ${id}\r`);
    await console.waitFor(`GAME  ${id}`);
    return console;
  }

  const stored = async (world: TestWorld, id: string) =>
    JSON.parse((await world.run(['games', 'show', id, '--json'], { env: { REDIS_URL: redis.url } })).stdout)
      .result;

  /** @param script gets the path of the text as its first argument */
  async function editorOf(world: TestWorld, script: string): Promise<string> {
    const path = join(world.folder, 'editor');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  /** The games that tests play lack what a correction is checked for. */
  async function makeValid(world: TestWorld, id: string): Promise<void> {
    const file = join(world.folder, 'valid.json');
    await writeFile(file, JSON.stringify(validState(id)));
    const said = ['--file', file, '--reason', 'made valid', '--confirm', 'production', '--json'];
    const { exit, stdout } = await world.run(['games', 'correct', id, ...said], {
      env: { REDIS_URL: redis.url },
    });
    if (exit !== 0) throw new Error(stdout);
  }

  async function confirm(console: Terminal) {
    console.press('a');
    await console.waitFor('CONFIRM');
    console.type('production\r');
    await console.waitFor(/^ DONE: every step/, runs);
  }

  test('the list is filtered, a game is shown, and Esc leads back to its row', async ({ world }) => {
    const console = await openGames(world);
    await console.waitFor('old-1');
    console.type('/layout:current ch\r');
    await console.waitFor('1 of 4 games');
    console.press('enter');
    await console.waitFor('GAME  charlie');
    await console.waitFor('proved by its hash at revision 5');
    console.press('tab');
    await console.waitFor('DECLARATION');
    console.press('tab', 'tab', 'tab');
    await console.waitFor('unknown: no game server can be asked');
    console.press('esc');
    await console.waitFor('► charlie');
    console.press('q');
    expect(await console.exited).toEqual({ code: 0, signal: 0 });
  });

  test('a game of the legacy layout is shown, and says why it cannot be recovered', async ({ world }) => {
    const console = await openGame(world, 'old-1');
    await console.waitFor('the legacy layout proves no state');
    console.press('R');
    await console.waitFor('recover: the legacy layout holds nothing');
  });

  test('what the preview of a recovery says is what happens', async ({ world }) => {
    await damageNewest(redis.url, 'alpha');
    const console = await openGame(world, 'alpha');
    await console.waitFor(/\d problems/);
    const before = await contentOf(redis.url);
    console.press('R', '1');
    await console.waitFor('PREVIEW');
    await console.waitFor(/revision 5 → revision 6/);
    expect(await contentOf(redis.url)).toEqual(before);
    await confirm(console);
    const { row, state } = await stored(world, 'alpha');
    expect(row.revision).toBe(6);
    expect(state).toMatchObject({ kind: 'proved', state: { room_id: 'alpha', turn: 2 } });
    console.press('esc');
    await console.waitFor('rev 6');
  });

  test('a correction by an editor is previewed, and stored once it is confirmed', async ({ world }) => {
    await makeValid(world, 'bravo');
    const editor = await editorOf(world, `sed -i 's/"turn": 3/"turn": 7/' "$1"`);
    const console = await openGame(world, 'bravo', { EDITOR: editor });
    console.press('e');
    await console.waitFor('Why is it corrected?');
    expect(console.altScreen).toBe(true);
    console.type('a turn too few\r');
    await console.waitFor(/\/turn +3 → 7/);
    expect((await stored(world, 'bravo')).row.revision).toBe(6);
    await confirm(console);
    const { events, state } = await stored(world, 'bravo');
    expect(state).toMatchObject({ state: { turn: 7 } });
    expect(events.at(-1)).toMatchObject({ type: 'CORRECTED', reason: 'a turn too few' });
  });

  test('an editor that is killed gives the screen back, and nothing has changed', async ({ world }) => {
    const editor = await editorOf(world, 'stty raw -echo; printf "\\033[?1049hmine"; kill -9 $$');
    const before = await contentOf(redis.url);
    const console = await openGame(world, 'charlie', { EDITOR: editor });
    console.press('e');
    await console.waitFor(/ended with code 137/);
    await console.waitFor(/^ CORRECT {2}charlie/);
    expect(console.altScreen).toBe(true);
    expect(text(console)).not.toContain('mine');
    console.press('esc');
    await console.waitFor('GAME  charlie');
    expect(await contentOf(redis.url)).toEqual(before);
    console.press('q');
    expect(await console.exited).toEqual({ code: 0, signal: 0 });
    expect(console).toMatchObject({ altScreen: false, cursorVisible: true });
  });

  test('a terminal that changes its size while the editor has it is drawn anew', async ({ world }) => {
    const go = join(world.folder, 'go');
    const editor = await editorOf(world, `echo editing; while [ ! -e ${go} ]; do sleep 0.1; done`);
    const console = await openGame(world, 'charlie', { EDITOR: editor });
    console.press('e');
    await console.waitFor('editing');
    expect(console.altScreen).toBe(false);
    console.resize(100, 30);
    await console.watch(1_500);
    expect(text(console)).not.toContain('GAME');
    await writeFile(go, '');
    await console.waitFor('nothing to correct');
    await console.waitFor((lines) => lines.length === 30 && /change nothing/.test(lines.at(-1) ?? ''));
    expect(console.altScreen).toBe(true);
  });

  test('a read-only console shows games and changes none', async ({ world }) => {
    const console = world.open(size, ['--screen', 'games', '--read-only'], { REDIS_URL: redis.url });
    await console.waitFor('4 games', runs);
    console.press('R');
    await console.waitFor('recover many: this console is read-only');
    console.type(':game charlie\r');
    await console.waitFor('GAME  charlie');
    console.press('s');
    await console.waitFor('snapshot: this console is read-only');
  });

  test('when storage is killed the rows stay with their age, and come anew when it is back', async ({
    world,
  }) => {
    const mortal = await startRedis();
    await playGames(mortal.url, ['alpha', 'bravo']);
    const console = world.open(size, ['--screen', 'games'], {
      REDIS_URL: mortal.url,
      STATE_CONN_TIMEOUT: '1',
      STATE_OP_TIMEOUT: '2',
    });
    await console.waitFor('2 games', runs);
    await mortal.kill();
    console.press('r');
    await console.waitFor('Not read anew', runs);
    await console.waitFor(/stale \d+ s/);
    expect(text(console)).toContain('alpha');
    console.press('enter');
    await console.waitFor('could not be read', runs);
    console.press('esc');
    await console.waitFor('► alpha');
    await mortal.restart();
    await playGames(mortal.url, ['delta']);
    await console.waitFor(/HEALTHY|DEGRADED|UNKNOWN/, runs);
    console.press('r');
    await console.waitFor('delta', runs);
    await mortal.stop();
  });
});
