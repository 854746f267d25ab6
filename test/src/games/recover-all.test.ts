import { describe, expect, test } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import type { BulkInput } from '../../../src/games/bulk-plan.ts';
import { legacyRecord } from '../../setup/game-records.ts';
import { gamesWorld, stateOf } from '../../setup/games-world.ts';
import { heldGames } from '../../setup/held-games.ts';

const hour: BulkInput = { sinceMs: 3_600_000, parallel: 2, mode: { kind: 'latest' } };

/** Three games are damaged at their newest event, one beyond repair, one is healthy, one damaged but long idle. */
async function outage(options: Parameters<typeof gamesWorld>[0] = {}) {
  const world = gamesWorld(options);
  await world.play('idle');
  await world.flip('idle', 'e:7');
  world.clock.advance(2 * 3_600_000);
  for (const id of ['a', 'b', 'c', 'healthy', 'hopeless']) await world.play(id);
  for (const id of ['a', 'b', 'c']) await world.flip(id, 'e:7');
  for (const field of ['e:1', 's:4', 's:6']) await world.flip('hopeless', field);
  return world;
}

test('recovers what can be, leaves the healthy alone, and never calls the rest done', async () => {
  const world = await outage();
  const plan = await world.runner.prepare(world.recoverAll, hour);
  expect(plan.title).toBe(
    'Recover the games of the last 1 h (latest): 3 to recover, 1 healthy, 1 that cannot be',
  );
  expect(plan.changes.map(({ target, effect }) => `${effect} ${target}`).sort()).toEqual([
    'skip game hopeless',
    'unchanged game healthy',
    'update game a',
    'update game b',
    'update game c',
  ]);
  const report = await world.apply(world.recoverAll, plan);
  expect(report.outcome).toBe('partial');
  expect(report.checks).toEqual([
    { name: 'Recovered games in storage', kind: 'pass', found: '3 of 3 games proved' },
    {
      name: 'Games that could not be recovered',
      kind: 'fail',
      found: expect.stringMatching(/^hopeless \(revisions 1 to 7 cannot be rebuilt/),
    },
  ]);
  for (const id of ['a', 'b', 'c']) {
    expect(await world.newest(id)).toMatchObject({ kind: 'proved', revision: 8, state: stateOf(id, 6) });
  }
  expect(await world.newest('idle')).toMatchObject({ kind: 'behind' });
  expect(await world.newest('healthy')).toMatchObject({ revision: 7 });
});

test('goes on where an interrupted run ended: what was recovered is healthy', async () => {
  const stop = new AbortController();
  const world = await outage({
    wrap: (backend) => ({
      ...backend,
      async append(...call) {
        const appended = await backend.append(...call);
        stop.abort();
        return appended;
      },
    }),
  });
  const plan = await world.runner.prepare(world.recoverAll, { ...hour, parallel: 1 });
  const report = await world.apply(world.recoverAll, plan, stop.signal);
  expect(report.outcome).toBe('interrupted');
  expect(report.steps[0]?.state).toMatchObject({
    fault: { message: expect.stringContaining('1 of 3 games recovered') },
  });
  expect(report.checks[0]).toMatchObject({
    kind: 'fail',
    found: expect.stringContaining('1 of 3 games proved'),
  });

  const rest = await world.runner.prepare(world.recoverAll, hour);
  expect(rest.title).toContain('2 to recover, 2 healthy');
  await world.apply(world.recoverAll, rest);
  for (const id of ['a', 'b', 'c']) expect(await world.newest(id)).toMatchObject({ revision: 8 });
});

test('a game that storage refuses is named, and the others are recovered', async () => {
  const full = new Fault('refused', 'it is too large');
  const world = await outage({
    wrap: (backend) => ({
      ...backend,
      append: async (id, append) => {
        if (id === 'b') throw full;
        return backend.append(id, append);
      },
    }),
  });
  const report = await world.run(world.recoverAll, hour);
  expect(report.outcome).toBe('partial');
  expect(report.steps[0]?.state).toMatchObject({
    kind: 'failed',
    fault: { code: 'partial', message: '2 of 3 games recovered; refused: b (it is too large)' },
  });
});

test('a window without damage is done, and says what it looked at', async () => {
  const world = gamesWorld();
  await world.play('fine');
  expect(await world.run(world.recoverAll, hour)).toMatchObject({
    outcome: 'done',
    title: 'Recover the games of the last 1 h (latest): 0 to recover, 1 healthy, 0 that cannot be',
    steps: [],
  });
});

test('a plan for all games tells how many it has looked at', async () => {
  const world = gamesWorld();
  await world.play('fine');
  const told: unknown[][] = [];
  await world.recoverAll.draft(hour, (...about) => told.push(about));
  expect(told).toEqual([['Looking at games', 1, undefined, 'games']]);
});

describe('a game with an older record that is damaged', () => {
  test('is named and not recovered, and the run is not called done', async () => {
    const world = gamesWorld();
    await world.play('fine');
    await world.play('worn');
    for (const field of ['e:2', 's:4']) await world.flip('worn', field);
    const plan = await world.runner.prepare(world.recoverAll, hour);
    expect(plan.title).toMatch(/: 0 to recover, 1 healthy, 1 with older damage, 0 that cannot be$/);
    expect(plan.changes).toEqual([
      {
        target: 'game worn',
        effect: 'unchanged',
        why: 'newest state proved; 2 older records damaged: see gamekeeper games verify ID',
      },
      { target: 'game fine', effect: 'unchanged', why: 'healthy' },
    ]);
    expect(plan.warnings).toEqual([expect.stringContaining('older records damaged: worn;')]);
    const before = await world.record('worn');
    const report = await world.apply(world.recoverAll, plan);
    expect(report).toMatchObject({ outcome: 'partial', steps: [] });
    expect(report.checks[1]).toMatchObject({ kind: 'fail', found: expect.stringMatching(/^worn;/) });
    expect(await world.record('worn')).toEqual(before);
  });

  test("is named, and in nobody's way, once a recovery stands on top of the damage", async () => {
    const world = gamesWorld();
    await world.play('worn');
    await world.flip('worn', 'e:7');
    expect(await world.run(world.recoverAll, hour)).toMatchObject({ outcome: 'done' });
    const plan = await world.runner.prepare(world.recoverAll, hour);
    expect(plan.changes[0]?.why).toContain('1 older record damaged from before its recovery at revision 8');
    expect(await world.apply(world.recoverAll, plan)).toMatchObject({ outcome: 'done' });
  });

  test('is told again when something after its recovery is damaged too', async () => {
    const world = gamesWorld();
    await world.play('worn');
    await world.flip('worn', 'e:7');
    await world.run(world.recoverAll, hour);
    await world.playOn('worn');
    await world.damage('worn', (fields) => void fields.set('s:9', Buffer.from('damaged')));
    expect(await world.run(world.recoverAll, hour)).toMatchObject({ outcome: 'partial' });
  });
});

test('another mode takes every game of the window there', async () => {
  const world = gamesWorld();
  await world.play('a');
  await world.play('b');
  const mode = { kind: 'point-in-time', atMs: world.clock.now() - 90_000 } as const;
  expect(await world.run(world.recoverAll, { ...hour, mode })).toMatchObject({ outcome: 'done' });
  // At that time the one was over, the other was in its fifth revision.
  expect(await world.newest('a')).toMatchObject({ revision: 7 });
  expect(await world.newest('b')).toMatchObject({ revision: 8, state: stateOf('b', 5) });
});

describe('a legacy game', () => {
  async function withLegacy(states: Readonly<Record<string, string>>) {
    const world = await outage();
    const lately = { last_updated: new Date(world.clock.now()).toISOString() };
    for (const [id, state] of Object.entries(states)) {
      await world.stored.replaceRecord(legacyRecord(id, { ...lately, state }), 'absent');
    }
    return world;
  }

  test('is left to itself, and named where it is damaged', async () => {
    const world = await withLegacy({ sound: '{}', torn: '{' });
    const plan = await world.runner.prepare(world.recoverAll, hour);
    expect(plan.unverified).toContain('1 game in the legacy layout, where nothing can be proved');
    expect(plan.title).toContain('1 healthy, 2 that cannot be');
    expect(plan.warnings.join()).toContain('torn (it is in the legacy layout, which nothing');
  });

  test('shares its reason with others', async () => {
    const world = await withLegacy({ one: '{', two: '{' });
    const report = await world.run(world.recoverAll, hour);
    expect(report.checks[1]?.found).toMatch(/(one, two|two, one) \(it is in the legacy layout/);
  });
});

describe('games that servers hold', () => {
  test('are left alone by name, and the others are recovered', async () => {
    const admin = heldGames('one');
    const world = await outage({ admin });
    admin.load('one', 'b');
    const report = await world.run(world.recoverAll, hour);
    expect(report.checks[1]?.found).toContain('b (Game b is in the memory of a server: one has revision 7)');
    expect(await world.newest('a')).toMatchObject({ revision: 8 });
    expect(await world.newest('b')).toMatchObject({ kind: 'behind' });
    expect(admin.calls).toEqual([]);
  });

  test('are evicted first where that is allowed', async () => {
    const admin = heldGames('one');
    const world = await outage({ admin });
    admin.load('one', 'b');
    await world.run(world.recoverAll, { ...hour, evict: true });
    expect(admin.calls).toEqual(['evict b from one']);
    expect(await world.newest('b')).toMatchObject({ kind: 'proved', revision: 8 });
  });
});

test('a plan is stale once a game that it recovers has moved', async () => {
  const world = await outage();
  const plan = await world.runner.prepare(world.recoverAll, hour);
  await world.run(world.recover, { id: 'a', mode: { kind: 'latest' } });
  await expect(world.apply(world.recoverAll, plan)).rejects.toMatchObject({ code: 'stale' });
});

test('another verb that is given its plan names the one that applies it', async () => {
  const world = await outage();
  const { id } = await world.runner.prepare(world.recoverAll, hour);
  await expect(world.runner.load(world.correct, id)).rejects.toMatchObject({
    code: 'wrong-use',
    next: `Apply it with gamekeeper games recover --plan ${id}`,
  });
});

test('says of each game that it proves that it goes on', async () => {
  const world = await outage();
  const plan = await world.runner.prepare(world.recoverAll, hour);
  let progress = 0;
  await world.recoverAll.verify(plan, () => progress++);
  expect(progress).toBe(3);
});
