/** Games under the operator's hand: listed, shown, proved, recovered and corrected, in a real Redis and on the sandbox. */
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { type Document, documentOf } from '../setup/document.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { contentOf, emptyRedis, playGames, writeLegacyGames } from '../setup/redis-games.ts';
import { large, test, testOnSandbox } from '../setup/scenario.ts';
import type { TestWorld } from '../setup/world.ts';

let redis: TestRedis;
let client: Redis;

beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.url);
});

afterAll(async () => {
  client.disconnect();
  await redis.stop();
});

beforeEach(() => emptyRedis(redis.url));

const run = (world: TestWorld, ...args: readonly string[]) =>
  world.run(['games', ...args], { env: { REDIS_URL: redis.url, ENVIRONMENT: 'staging' } });

const json = async (world: TestWorld, ...args: readonly string[]): Promise<Document> =>
  documentOf(await run(world, ...args, '--json'));

const key = (id: string) => `gk1:{game:${id}}`;
const confirmed = ['--confirm', 'staging'] as const;

const validState = (id: string, turn: number) => ({
  room_id: id,
  players: [{ id: 'ada' }, { id: 'bao' }],
  created_at: '2026-11-23T03:00:00.000Z',
  updated_at: '2026-11-23T03:07:00.000Z',
  turn,
});

/** Both records of its newest state, so that the one before it is the newest that is proved. */
async function damageNewest(id: string): Promise<void> {
  await client.hset(key(id), { 'e:5': 'torn', 's:5': 'torn' });
}

describe('malformed records', () => {
  const hostile = 'evil\u001b[2J';

  async function malformed(): Promise<void> {
    await playGames(redis.url, ['whole', 'head', 'event', 'gap', 'both', hostile]);
    await writeLegacyGames(redis.url, ['both', 'torn', 'old']);
    await client.hset(key('head'), 'rev', 'many');
    await client.hset(key('event'), 'e:2', 'torn');
    await client.hdel(key('gap'), 'e:3');
    await client.hset('game:torn', 'state', '{"a":');
    await client.lpush(key('list'), 'x');
    await client.hset(Buffer.concat([Buffer.from('game:'), Buffer.from([0xff])]), 'phase', 'TURN');
  }

  test('are all named, with their field, and do not stop the list', async ({ world }) => {
    await malformed();
    const { exit, result } = await json(world, 'list', '--sort', 'id');
    expect(exit).toBe(0);
    const named = result.games.map((row: { id: string; layout: string; problems: readonly object[] }) => [
      `${row.layout} ${row.id}`,
      row.problems.map((problem: { field?: string; what?: string }) => problem.field ?? problem.what),
    ]);
    expect(new Map(named)).toEqual(
      new Map<string, unknown>([
        ['current both', ['it exists in both layouts']],
        ['legacy both', ['it exists in both layouts']],
        ['current event', ['e:2']],
        [`current ${hostile}`, []],
        ['current gap', ['e:3']],
        ['current head', ['rev']],
        ['current list', [expect.stringContaining('holds a list, not a hash')]],
        ['legacy old', []],
        ['legacy torn', ['state']],
        ['current whole', []],
        ['legacy \udcff', [expect.stringContaining('not valid UTF-8')]],
      ]),
    );
    expect(result).toMatchObject({ total: 11, withProblems: 8, more: 0 });
  });

  test('fail the proof of all games with 6, and each by its name', async ({ world }) => {
    await malformed();
    const all = await run(world, 'verify', '--all');
    expect(all.exit).toBe(6);
    for (const line of ['DAMAGED: event', 'DAMAGED: gap', '  e:3: it is missing', '11 games', '8 damaged']) {
      expect(all.stdout).toContain(line);
    }
    expect((await json(world, 'verify', 'event')).exit).toBe(6);
    expect((await json(world, 'verify', 'whole')).exit).toBe(0);
    expect((await json(world, 'verify', 'nobody')).exit).toBe(5);
    expect((await json(world, 'verify')).exit).toBe(2);
  });

  test('never reach the terminal as they are', async ({ world }) => {
    await malformed();
    const [list, show] = [await run(world, 'list'), await run(world, 'show', hostile)];
    for (const { stdout, exit } of [list, show]) {
      expect(exit).toBe(0);
      expect(stdout).toContain('evil\\u{1b}[2J');
      expect(stdout).not.toContain('\u001b');
    }
  });

  test('are not found by what a list shows in their place, which is said', async ({ world }) => {
    await malformed();
    const nextFor = async (id: string) => (await json(world, 'show', id)).fault?.next;
    expect(await nextFor('evil\\u{1b}[2J')).toContain('--json has the id');
    expect(await nextFor('old (legacy)')).toContain('no part of the id');
    expect(await nextFor('nobody')).toContain('games list');
  });

  test('can be filtered, and a list that is cut says how many more there are', async ({ world }) => {
    await malformed();
    expect((await json(world, 'list', '--problems')).result.total).toBe(8);
    expect((await json(world, 'list', '--id', 'e*', '--layout', 'current')).result.total).toBe(2);
    expect((await json(world, 'list', '--older-than', '1d')).result.total).toBe(3);
    const none = await run(world, 'list', '--phase', 'TURN', 'SCORING', '--id', 'nobody*', '--problems');
    expect(none.stdout).toMatch(/^No game in .+ matches --phase TURN SCORING --id nobody\* --problems \(/m);
    const cut = await run(world, 'list', '--limit', '2');
    expect(cut.stdout).toContain('9 more: see --limit');
    expect((await json(world, 'list', '--min-size', 'huge')).exit).toBe(2);
  });
});

test('show tells problems first, then phases, snapshots, events and the state as a tree', async ({
  world,
}) => {
  await playGames(redis.url, ['alpha']);
  await client.hset(key('alpha'), { 'e:2': 'torn', shard: 'eu' });
  const { stdout, exit } = await run(world, 'show', 'alpha');
  expect(exit).toBe(0);
  const at = (text: string) => stdout.indexOf(text);
  expect(at('PROBLEM  e:2: ')).toBe(0);
  const places = [
    'Game alpha',
    'Phases',
    'Snapshots',
    'Last 5 events',
    'Fields of others: shard',
    '  room_id: "alpha"',
  ];
  expect(places.map(at)).toEqual(places.map(at).toSorted((a, b) => a - b));
  expect(places.map(at)).not.toContain(-1);
});

describe('a recovery', () => {
  test('is planned, applied once, and stale once the game has moved', async ({ world }) => {
    await playGames(redis.url, ['alpha']);
    await damageNewest('alpha');
    const before = await contentOf(redis.url);
    const planned = await json(world, 'recover', 'alpha', '--dry-run');
    expect(await contentOf(redis.url)).toEqual(before);
    const { id } = planned.result.plan;
    const stale = (await json(world, 'recover', 'alpha', '--dry-run')).result.plan.id;

    const applied = await json(world, 'recover', '--plan', id, ...confirmed);
    expect(applied).toMatchObject({ exit: 0, result: { report: { outcome: 'done' } } });
    expect((await json(world, 'verify', 'alpha')).result.damaged[0].problems).toHaveLength(2);
    expect((await json(world, 'show', 'alpha')).result).toMatchObject({
      row: { revision: 6 },
      state: { kind: 'proved', revision: 6, state: { turn: 2 } },
    });
    expect((await json(world, 'recover', '--plan', id, ...confirmed)).exit).toBe(4);
    expect(await json(world, 'recover', '--plan', stale, ...confirmed)).toMatchObject({
      exit: 4,
      fault: { code: 'stale' },
    });
    expect((await json(world, 'recover', 'alpha', ...confirmed)).result.report).toMatchObject({
      outcome: 'done',
      changes: [{ effect: 'unchanged' }],
    });
  });

  test('is refused without its confirmation, and in a read-only session', async ({ world }) => {
    await playGames(redis.url, ['alpha']);
    await damageNewest('alpha');
    const before = await contentOf(redis.url);
    expect(await json(world, 'recover', 'alpha')).toMatchObject({ exit: 4, fault: { code: 'unconfirmed' } });
    expect(await json(world, 'recover', 'alpha', ...confirmed, '--read-only')).toMatchObject({
      exit: 4,
      fault: { code: 'read-only' },
    });
    expect(await contentOf(redis.url)).toEqual(before);
  });

  test.for([
    [['recover'], 2],
    [['recover', 'alpha', '--since', '1h'], 2],
    [['recover', 'alpha', '--plan', '20261123T125400Z-3fa9c1'], 2],
    [['recover', '--plan', '20261123T125400Z-3fa9c1'], 5],
    [['recover', 'alpha', '--mode', 'snapshot'], 2],
    [['recover', 'alpha', '--snapshot', '3'], 2],
    [['recover', 'alpha', '--mode', 'point-in-time', '--at', 'noon'], 2],
    [['recover', 'alpha', '--mode', 'snapshot', '--snapshot', '3'], 5],
    [['recover', 'nobody'], 5],
    [['recover', 'old'], 1],
    [['snapshot', 'nobody'], 5],
  ] as const)('%j ends with its own exit', async ([args, exit], { world }) => {
    await playGames(redis.url, ['alpha']);
    await writeLegacyGames(redis.url, ['old']);
    expect((await json(world, ...args, ...confirmed)).exit).toBe(exit);
  });

  test('of all games of a time window is done in part while one cannot be recovered', async ({ world }) => {
    await playGames(redis.url, ['alpha', 'bravo', 'charlie', 'hopeless']);
    for (const id of ['alpha', 'bravo']) await damageNewest(id);
    await client.hset(key('hopeless'), { 'e:1': 'torn', 's:5': 'torn' });
    const planned = await json(world, 'recover', '--since', '1h', '--parallel', '2', '--dry-run');
    const first = await json(world, 'recover', '--plan', planned.result.plan.id, ...confirmed);
    expect(first).toMatchObject({ exit: 3, result: { report: { outcome: 'partial' } } });
    expect(JSON.stringify(first.result.report.checks)).toContain('hopeless');
    await client.del(key('hopeless'));
    const again = await json(world, 'recover', '--since', '1h', ...confirmed);
    expect(again).toMatchObject({ exit: 0, result: { report: { outcome: 'done' } } });
    expect(again.result.report.title).toContain('0 to recover, 3 healthy');
  });
});

test('a snapshot is taken of the newest state, and listed', async ({ world }) => {
  await playGames(redis.url, ['alpha']);
  await client.hdel(key('alpha'), 's:5');
  expect((await json(world, 'snapshot', 'alpha', ...confirmed)).exit).toBe(0);
  const { result, exit } = await json(world, 'snapshots', 'alpha');
  expect(exit).toBe(0);
  expect(result.snapshots).toEqual([expect.objectContaining({ revision: 5, trigger: 'manual' })]);
  await client.hset(key('alpha'), 's:5', 'torn');
  expect((await json(world, 'snapshots', 'alpha')).exit).toBe(6);
});

describe('a correction', () => {
  const correct = ['correct', 'alpha', '--reason', 'ada lost a card'] as const;

  async function corrected(world: TestWorld): Promise<void> {
    await playGames(redis.url, ['alpha']);
    const file = await fileOf(world, JSON.stringify(validState('alpha', 3)));
    expect((await json(world, ...correct, '--file', file, ...confirmed)).exit).toBe(0);
  }

  async function fileOf(world: TestWorld, text: string): Promise<string> {
    const path = join(world.folder, 'state.json');
    await writeFile(path, text);
    return path;
  }

  test('from a file is written with its reason, and does nothing when nothing differs', async ({ world }) => {
    await corrected(world);
    const { result } = await json(world, 'show', 'alpha');
    expect(result.state).toMatchObject({ kind: 'proved', state: validState('alpha', 3) });
    expect(result.events.at(-1)).toMatchObject({ type: 'CORRECTED', reason: 'ada lost a card' });
    const file = await fileOf(world, JSON.stringify(validState('alpha', 3)));
    expect(await json(world, ...correct, '--file', file, ...confirmed)).toMatchObject({
      exit: 0,
      result: { changed: false, revision: 6 },
    });
  });

  test('that is wrong is refused with what and where', async ({ world }) => {
    await corrected(world);
    const before = await contentOf(redis.url);
    const broken = await fileOf(world, '{\n  "room_id": "alpha",\n  oops\n}');
    expect(await json(world, ...correct, '--file', broken, ...confirmed)).toMatchObject({
      exit: 2,
      fault: { message: expect.stringMatching(/is not JSON: .*line 3/) },
    });
    const invalid = await fileOf(
      world,
      JSON.stringify({ ...validState('alpha', 4), room_id: '', players: [] }),
    );
    const refused = await json(world, ...correct, '--file', invalid, ...confirmed);
    expect(refused).toMatchObject({ exit: 1, fault: { code: 'game-invalid' } });
    expect(refused.fault?.message).toContain('room_id');
    expect((await json(world, 'correct', 'alpha', '--file', invalid)).exit).toBe(2);
    expect((await json(world, ...correct)).exit).toBe(2);
    expect(await contentOf(redis.url)).toEqual(before);
  });

  /** @param script gets the path of the state as its first argument */
  async function withEditor(world: TestWorld, script: string) {
    const editor = join(world.folder, 'editor.sh');
    await writeFile(editor, `#!/bin/sh\n${script}\n`);
    await chmod(editor, 0o700);
    const env = `REDIS_URL=${redis.url} ENVIRONMENT=staging EDITOR="${editor}"`;
    const line = `export ${env}; gamekeeper games correct alpha --reason 'ada lost a card'; echo "exit=$?"`;
    return world.openShell(large, line);
  }

  test('in an editor is of a private file, asks, writes, and leaves no file behind', async ({ world }) => {
    await corrected(world);
    const seen = join(world.folder, 'seen');
    const terminal = await withEditor(
      world,
      `stat -c %a "$1" > ${seen}; echo "$1" >> ${seen}; sed -i 's/"turn": 3/"turn": 4/' "$1"`,
    );
    await terminal.waitFor('Type staging to apply this');
    await terminal.waitFor((lines) => lines.some((line) => /\/turn +3 -> 4/.test(line)));
    terminal.type('staging');
    terminal.press('enter');
    await terminal.waitFor('exit=0');
    const [mode, path = ''] = (await readFile(seen, 'utf8')).trim().split('\n');
    expect(mode).toBe('600');
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await readdir(world.env.TMPDIR ?? '')).filter((name) => name.includes('edit'))).toEqual([]);
    expect((await json(world, 'show', 'alpha')).result.state.state.turn).toBe(4);
  });

  test('that is not JSON is offered again with its place', async ({ world }) => {
    await corrected(world);
    const terminal = await withEditor(
      world,
      `if grep -q oops "$1"; then sed -i 's/oops/8/' "$1"; else sed -i 's/"turn": 3/"turn": oops/' "$1"; fi`,
    );
    await terminal.waitFor('It is not JSON');
    await terminal.waitFor('Enter to go on editing');
    terminal.press('enter');
    await terminal.waitFor('Type staging to apply this');
    terminal.type('staging');
    terminal.press('enter');
    await terminal.waitFor('exit=0');
    expect((await json(world, 'show', 'alpha')).result.state.state.turn).toBe(8);
  });

  test('is let be, not asked for again and again, by a person who ends the input', async ({ world }) => {
    await corrected(world);
    const before = await contentOf(redis.url);
    const terminal = await withEditor(world, `echo oops > "$1"`);
    await terminal.waitFor('Enter to go on editing');
    terminal.press('ctrl-d');
    await terminal.waitFor('Nothing was changed');
    await terminal.waitFor('exit=0');
    expect(await contentOf(redis.url)).toEqual(before);
  });

  test('is refused where the input ends in place of a confirmation', async ({ world }) => {
    await corrected(world);
    const before = await contentOf(redis.url);
    const terminal = await withEditor(world, `sed -i 's/"turn": 3/"turn": 4/' "$1"`);
    await terminal.waitFor('Type staging to apply this');
    terminal.press('ctrl-d');
    await terminal.waitFor((lines) =>
      lines.some((line) => /^gamekeeper: Correct game alpha .* not conf/.test(line)),
    );
    await terminal.waitFor('exit=4');
    expect(await contentOf(redis.url)).toEqual(before);
  });

  test('that is not valid is offered again as it was typed, with every field that is wrong', async ({
    world,
  }) => {
    await corrected(world);
    const terminal = await withEditor(
      world,
      `if grep -q playerz "$1"; then sed -i s/playerz/players/ "$1"; else sed -i 's/players/playerz/; s/"turn": 3/"turn": 8/' "$1"; fi`,
    );
    await terminal.waitFor('Not a valid state:');
    await terminal.waitFor('  players: ');
    await terminal.waitFor('Enter to go on editing');
    terminal.press('enter');
    await terminal.waitFor('Type staging to apply this');
    terminal.type('staging');
    terminal.press('enter');
    await terminal.waitFor('exit=0');
    expect((await json(world, 'show', 'alpha')).result.state.state).toEqual(validState('alpha', 8));
  });

  test.for([
    ['true', 'Nothing was changed', 0],
    ['false', 'ended with code 1', 1],
    ['sed -i \'s/3/4/\' "$1"; kill -9 $$', 'ended with code 137', 1],
    ['rm "$1"', 'ended without leaving its file', 1],
  ] as const)('is nothing after an editor like %j', async ([script, said, exit], { world }) => {
    await corrected(world);
    const before = await contentOf(redis.url);
    const terminal = await withEditor(world, script);
    await terminal.waitFor(said);
    await terminal.waitFor(`exit=${exit}`);
    expect(await contentOf(redis.url)).toEqual(before);
  });

  test('is stale when the game has moved while it was edited', async ({ world }) => {
    await corrected(world);
    const other = join(world.folder, 'other.json');
    await writeFile(other, JSON.stringify(validState('alpha', 7)));
    const go = join(world.folder, 'go');
    const terminal = await withEditor(
      world,
      `sed -i 's/"turn": 3/"turn": 4/' "$1"; touch ${go}.ready; while [ ! -e ${go} ]; do sleep 0.1; done`,
    );
    await expect
      .poll(
        () =>
          readFile(`${go}.ready`).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    expect((await json(world, ...correct, '--file', other, ...confirmed)).exit).toBe(0);
    await writeFile(go, '');
    await terminal.waitFor('has moved while it was edited');
    await terminal.waitFor('exit=4');
    expect((await json(world, 'show', 'alpha')).result.state.state.turn).toBe(7);
  });
});

describe('on the sandbox', () => {
  const onSandbox = async (sandbox: TestWorld, ...args: readonly string[]) =>
    documentOf(await sandbox.run(['games', ...args, '--json']));

  const heldGame = async (sandbox: TestWorld): Promise<string> => {
    const { result } = await onSandbox(
      sandbox,
      'list',
      '--phase',
      'TURN',
      '--layout',
      'current',
      '--limit',
      '1',
    );
    return result.games[0].id;
  };

  testOnSandbox('every server is asked what it holds, and takes the snapshot itself', async ({ sandbox }) => {
    const id = await heldGame(sandbox);
    const { result } = await onSandbox(sandbox, 'show', id);
    expect(result.heldBy.map(({ kind }: { kind: string }) => kind)).toContain('held');
    const { result: taken, exit } = await onSandbox(sandbox, 'snapshot', id, '--confirm', 'sandbox');
    expect(exit).toBe(0);
    expect(taken.report.title).toMatch(/by http:/);
  });

  testOnSandbox(
    'a game that a server has in memory is refused by name; on hold it is planned, confirmed and recovered once',
    async ({ sandbox }) => {
      const id = await heldGame(sandbox);
      const back = ['recover', id, '--mode', 'point-in-time', '--at'];
      const view = (await onSandbox(sandbox, 'show', id)).result;
      const at = new Date(view.events[0].atMs).toISOString();
      expect(await onSandbox(sandbox, ...back, at, '--confirm', 'sandbox')).toMatchObject({
        exit: 4,
        fault: { code: 'refused', message: expect.stringMatching(/is in the memory of a server: http:/) },
      });
      const hold = ['hold', id, '--for', '2m', '--reason', 'cards are missing', '--confirm', 'sandbox'];
      expect(await onSandbox(sandbox, ...hold)).toMatchObject({ exit: 0 });
      const shown = async (...args: readonly string[]) => (await sandbox.run(['games', ...args])).stdout;
      expect(await shown('show', id)).toMatch(/http:\S+ +revision \d+ .*on hold for \d+ s more/);
      expect(await shown('list', '--id', id)).toMatch(/, on hold for \d+ s more/);
      const planned = (await onSandbox(sandbox, ...back, at, '--evict', '--dry-run')).result.plan;
      expect(planned.warnings).toContainEqual(expect.stringMatching(/^On hold: room-/));
      const apply = ['recover', '--plan', planned.id, '--confirm', 'sandbox'];
      expect(await onSandbox(sandbox, ...apply)).toMatchObject({ exit: 0 });
      expect(await shown('list', '--id', id)).not.toContain('on hold');
      expect((await sandbox.run(['audit', 'show'])).stdout).toContain('for 2 min: cards are missing');
      const events = (await onSandbox(sandbox, 'show', id)).result.events;
      expect(events.map(({ type }: { type: string }) => type)).toContain('RECOVERED');
    },
  );
});
