/** A game that is played while somebody wants to change it, on a server with a real engine behind the real admin API. */
import { describe, expect, test } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import type { Position, Transitioned } from '../../../src/engine/engine.ts';
import type { EngineSettings } from '../../../src/engine/settings.ts';
import { parseGameId } from '../../../src/game/game.ts';
import type { Phase } from '../../../src/game/phases.ts';
import { createAdminClient } from '../../../src/platform/admin.ts';
import { type AdminHandler, createAdminHandler } from '../../../src/platform/admin-handler.ts';
import { engineRoom } from '../../setup/engine-room.ts';
import { gamesWorld, stateOf } from '../../setup/games-world.ts';
import { heldGames } from '../../setup/held-games.ts';

const id = 'room-1';
const server = 'http://one';
const toFourth = { id, mode: { kind: 'snapshot', revision: 4 } as const, evict: true };
const forMs = 60_000;

/** A game at revision 7 in storage and in the memory of the server, which goes on with every `play`. */
async function live(settings: Partial<EngineSettings> = { strategy: 'event-sourced' }) {
  let handler: AdminHandler | undefined;
  const fetch = async (url: string | URL | Request, init?: RequestInit) =>
    handler ? handler(new Request(url, init)) : new Response('', { status: 503 });
  const admin = createAdminClient({ servers: [server], token: 'a token', timeoutMs: 1000, fetch });
  const world = gamesWorld({ admin });
  await world.play(id);
  const game = parseGameId(id);
  const { engine } = engineRoom(world.stored, settings, world.clock);
  handler = createAdminHandler({ engine, token: 'a token' });
  let at = await engine.load(game);
  let turn = 0;
  /** As a game server does it: after a conflict it goes on from what there is. */
  const play = async (to: Phase = 'TURN'): Promise<Transitioned> => {
    const change = { state: stateOf(id, ++turn % 10) };
    const expected: Position = at ?? { revision: 0, ahead: 0 };
    const moved = await engine.append(game, { type: 'MOVE', to, actor: 'ada', change }, expected);
    if (moved.kind !== 'on-hold') at = await engine.load(game);
    return moved;
  };
  return { ...world, engine, play };
}

describe('a plan of a game in play', () => {
  test('says that it is stale once the game moves; then the way out is named', async () => {
    const world = await live();
    const plan = await world.runner.prepare(world.recover, toFourth);
    expect(plan.warnings).toContainEqual(expect.stringMatching(/^In play and not on hold, .*: room-1\. /));
    await world.play();
    await expect(world.apply(world.recover, plan)).rejects.toMatchObject({
      code: 'stale',
      next: expect.stringContaining('gamekeeper games hold room-1 --for 60s'),
    });
  });

  test('fits while it is on hold, and afterwards the game goes on from what was recovered', async () => {
    const world = await live();
    const untilMs = world.clock.now() + forMs;
    expect(await world.run(world.hold, { id, forMs, reason: 'cards are missing' })).toMatchObject({
      outcome: 'done',
      title: 'Hold game room-1 for 1 min: cards are missing',
      checks: [{ kind: 'pass' }],
    });
    const plan = await world.runner.prepare(world.recover, toFourth);
    expect(plan.warnings.join()).not.toContain('not on hold');
    expect(plan.warnings).toContainEqual(
      `On hold: room-1 until ${new Date(untilMs).toISOString()}. It goes on once it is written`,
    );
    expect(plan.steps.at(-1)).toBe('Let what was on hold go on');
    expect(await world.play()).toEqual({ kind: 'on-hold', untilMs });
    expect(await world.apply(world.recover, plan)).toMatchObject({ outcome: 'done' });
    expect(await world.newest(id)).toMatchObject({ revision: 8, state: stateOf(id, 4) });
    // The table was laid at revision 7: it learns of the recovery and goes on from there.
    expect(await world.play()).toMatchObject({ kind: 'conflict' });
    expect(await world.play()).toMatchObject({ kind: 'committed', revision: 9 });
  });

  test('is stale again once the hold is over and the game has moved', async () => {
    const world = await live();
    await world.run(world.hold, { id, forMs });
    const plan = await world.runner.prepare(world.recover, toFourth);
    world.clock.advance(forMs);
    await world.play();
    await expect(world.apply(world.recover, plan)).rejects.toMatchObject({ code: 'stale' });
  });

  test('leaves the game on hold when it does not come to its end, so that another one fits', async () => {
    const world = await live();
    await world.run(world.hold, { id, forMs });
    const plan = await world.runner.prepare(world.recover, toFourth);
    const append = world.backend.append.bind(world.backend);
    world.backend.append = async (_game, input) => ({
      kind: 'conflict',
      expected: input.expectedRevision,
      actual: 9,
    });
    expect(await world.apply(world.recover, plan)).not.toMatchObject({ outcome: 'done' });
    world.backend.append = append;
    expect(await world.play()).toMatchObject({ kind: 'on-hold' });
    // It is in nobody's memory any more, and still it is told to be on hold and let go on.
    expect(world.engine.held(parseGameId(id))).toBeUndefined();
    expect(await world.run(world.recover, toFourth)).toMatchObject({ outcome: 'done' });
    expect(world.engine.holds()).toEqual([]);
  });

  test.each([
    // What the eviction stores is what the plan does not know.
    { holds: false, outcome: 'partial', revision: 8 },
    { holds: true, outcome: 'done', revision: 9 },
  ])(
    'on a server that stores snapshots only: on hold $holds, $outcome',
    async ({ holds, outcome, revision }) => {
      const world = await live({ strategy: 'snapshot-only' });
      await world.play();
      await world.play();
      expect(world.engine.held(parseGameId(id))).toMatchObject({ revision: 7, ahead: 2 });
      if (holds) await world.run(world.hold, { id, forMs });
      expect((await world.record(id)).revision).toBe(holds ? 8 : 7);
      const report = await world.run(world.recover, { ...toFourth, discard: !holds });
      expect(report.outcome).toBe(outcome);
      expect((await world.record(id)).revision).toBe(revision);
    },
  );
});

describe('games hold', () => {
  test('keeps a game still on every server that answers, and says which did not', async () => {
    const admin = heldGames('one', 'two', 'three');
    admin.load('two', id);
    admin.dead.add('three');
    const world = gamesWorld({ admin });
    await world.play(id);
    const plan = await world.runner.prepare(world.hold, { id, forMs });
    expect(plan.changes.map(({ target, from }) => [target, from])).toEqual([
      ['game room-1 on one', 'not in memory'],
      ['game room-1 on two', 'in memory at revision 7'],
    ]);
    expect(plan.unverified).toEqual(['Whether three moves this game: no answer']);
    // It moves meanwhile, which is what the hold is to end.
    await world.playOn(id);
    admin.load('two', id, { revision: 8 });
    expect(await world.apply(world.hold, plan)).toMatchObject({ outcome: 'done' });
    expect(admin.calls).toEqual(['hold room-1 on one for 60000', 'hold room-1 on two for 60000']);
  });

  test('is in part done when a server does not do it', async () => {
    const admin = heldGames('one', 'two');
    admin.load('two', id);
    const world = gamesWorld({
      admin: {
        ...admin,
        hold: async (at, ...rest) => (at === 'two' ? refused(at) : admin.hold(at, ...rest)),
      },
    });
    await world.play(id);
    const report = await world.run(world.hold, { id, forMs });
    expect(report).toMatchObject({ outcome: 'partial', checks: [{ kind: 'fail' }] });
    expect(report.steps[0]?.state).toMatchObject({ fault: { message: 'Not held by two: no' } });
  });

  test('says what storage did not take of the game', async () => {
    const admin = heldGames('one');
    admin.load('one', id, { ahead: 2 });
    const world = gamesWorld({ admin });
    const report = await world.run(world.hold, { id, forMs });
    expect(report.steps[0]?.state).toMatchObject({ note: expect.stringContaining('2 of its transitions') });
  });

  test.each([
    ['nobody', forMs, 'not-found'],
    [id, 5 * 60_000 + 1, 'wrong-use'],
  ])('of %s for %d ms is refused', async (game, time, code) => {
    const world = gamesWorld({ admin: heldGames('one') });
    await world.play(id);
    await expect(world.hold.draft({ id: game, forMs: time })).rejects.toMatchObject({ code });
  });

  test('needs servers that can be asked', async () => {
    const world = gamesWorld();
    await world.play(id);
    await expect(world.hold.draft({ id, forMs })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(world.release.draft({ id })).rejects.toMatchObject({ code: 'unsupported' });
  });
});

const refused = (at: string) => ({ server: at, kind: 'refused', why: 'no' }) as const;

describe('games release', () => {
  test('lets the game go on at once', async () => {
    const world = await live();
    await world.run(world.hold, { id, forMs });
    expect(await world.run(world.release, { id })).toMatchObject({
      outcome: 'done',
      steps: [{ state: { kind: 'done', note: `on ${server}` } }],
      checks: [{ kind: 'pass' }],
    });
    expect(await world.play()).toMatchObject({ kind: 'committed' });
  });

  test('of a game that is not on hold changes nothing, and says so', async () => {
    const world = await live();
    expect(await world.run(world.release, { id })).toMatchObject({
      outcome: 'done',
      title: 'Release game room-1: nothing to do, no server has it on hold',
      steps: [{ state: { kind: 'unchanged' } }],
      changes: [{ effect: 'unchanged' }],
    });
  });

  test('that a server does not answer is not called done', async () => {
    const admin = heldGames('one');
    const world = gamesWorld({ admin });
    await world.play(id);
    await world.run(world.hold, { id, forMs });
    const plan = await world.runner.prepare(world.release, { id });
    admin.release = async (at) => ({
      server: at,
      kind: 'failed',
      fault: new Fault('platform-failed', 'busy'),
    });
    expect(await world.apply(world.release, plan)).not.toMatchObject({ outcome: 'done' });
    expect(await admin.holds()).toMatchObject([{ value: [{ id }] }]);
  });
});
