import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openEmbedded } from '../../../src/backend/embedded/embedded.ts';
import type { Backend } from '../../../src/backend/port.ts';
import { canonicalJson } from '../../../src/base/digest.ts';
import type { Engine, Position, Transitioned } from '../../../src/engine/engine.ts';
import { replay } from '../../../src/engine/replay.ts';
import type { EngineSettings } from '../../../src/engine/settings.ts';
import { type GameId, type Json, parseGameId } from '../../../src/game/game.ts';
import { nextPhases, type Phase } from '../../../src/game/phases.ts';
import { type EngineRoom, engineRoom, testCodec, writings } from '../../setup/engine-room.ts';
import { type Faults, type FaultyBackend, faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const ids = [parseGameId('a'), parseGameId('b'), parseGameId('c')] as const;

const anyState: fc.Arbitrary<Json> = fc
  .oneof(
    { weight: 6, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    { weight: 2, arbitrary: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }) },
    { weight: 1, arbitrary: fc.constantFrom('{"__proto__":{"a":1}}', '{"constructor":1}').map(parseJson) },
  )
  // Through JSON text: -0 is 0 there, and a state has the one form that storage gives back.
  .map((value) => parseJson(JSON.stringify(value)));

function parseJson(text: string): Json {
  return JSON.parse(text);
}

const anyGame = fc.constantFrom(...ids);

const anyStep = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('move' as const), id: anyGame, state: anyState, turn: fc.nat(3) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('moveFromOld' as const), id: anyGame, pick: fc.nat(30) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      writes: fc.constantFrom<Required<Faults>['writes']>('none', 'none', 'before', 'after', 'late'),
      readsFail: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deliver' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flag' as const), on: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('catchUp' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('snapshot' as const), id: anyGame }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('recover' as const), id: anyGame }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(400_000) }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** What the engine should hold of a game; unknown after a restart or a conflict, until it is loaded. */
interface Expected {
  state: Json;
  phase: Phase;
  position: Position;
}

class World {
  readonly clock = virtualClock();
  readonly backend: FaultyBackend<Backend>;
  room: EngineRoom;
  readonly memory = new Map<GameId, Expected>();
  /** States by the revision under which they were reported as committed. */
  readonly committed = new Map<GameId, Map<number, Json>>(ids.map((id) => [id, new Map()]));
  /** Every position that named a state, with that state's number. */
  readonly names = new Map<GameId, Map<string, number>>(ids.map((id) => [id, new Map()]));
  serial = 0;
  /** A write of an earlier engine may still arrive. */
  restarted = false;
  /** Of this engine, those that were looked at. */
  losses = 0;

  readonly settings: Partial<EngineSettings>;

  constructor(inner: Backend, settings: Partial<EngineSettings>) {
    this.settings = settings;
    this.backend = faultyBackend(inner);
    this.room = this.open();
  }

  get engine(): Engine {
    return this.room.engine;
  }

  open(): EngineRoom {
    // A small cache and early compaction, so that both happen.
    const small = { cacheGames: 2, compactAfterEvents: 4, maxEvents: 9, snapshotsKept: 2 };
    return engineRoom(this.backend, { ...small, ...this.settings }, this.clock);
  }

  /** A game that ended while nothing was to be stored may leave the cache with what storage lacks, if it is said. */
  heedLosses(): void {
    const { newest } = this.engine.unpersisted().lost;
    for (const { id, why } of newest.slice(this.losses)) {
      if (why !== 'evicted') continue;
      const known = this.memory.get(id);
      if (known) expect(known.phase).toBe('GAME_OVER');
      this.forget(id);
    }
    this.losses = newest.length;
  }

  async run(step: Step): Promise<void> {
    if (step.do === 'fail') this.backend.fail(step);
    if (step.do === 'deliver') await this.backend.deliver();
    if (step.do === 'flag') this.room.flags.persist = step.on;
    if (step.do === 'wait') this.clock.advance(step.ms);
    if (step.do === 'catchUp') await this.catchUp();
    if (step.do === 'snapshot') await this.engine.snapshot(step.id, 'manual').catch(() => {});
    if (step.do === 'restart') await this.restart();
    if (step.do === 'recover') await this.recover(step.id);
    if (step.do === 'move') await this.move(step.id, step.state, step.turn);
    if (step.do === 'moveFromOld') await this.moveFromOld(step.id, step.pick);
  }

  async move(id: GameId, state: Json, turn: number): Promise<void> {
    const known = await this.look(id);
    if (known === 'unreachable') return;
    const choices = known ? nextPhases[known.phase] : [];
    if (known && choices.length === 0) return;
    const to = choices[turn % choices.length] ?? 'NOT_STARTED';
    const answer = known
      ? await this.engine.append(id, { type: 'MOVE', to, actor: 'p', change: { state } }, known.position)
      : await this.engine.create(id, state, 'p');
    await this.learn(id, { state, phase: to }, answer);
  }

  learn(id: GameId, after: { state: Json; phase: Phase }, answer: Transitioned): Promise<void> | undefined {
    if (answer.kind === 'on-hold') throw new Error('Nobody puts these games on hold');
    if (answer.kind === 'conflict') return this.refused(id, answer.expected);
    const position = { revision: answer.revision, ahead: answer.ahead };
    this.memory.set(id, { ...after, position });
    this.serial++;
    this.name(id, position);
    if (answer.kind === 'committed') this.committed.get(id)?.set(answer.revision, after.state);
    return undefined;
  }

  /** A write of an engine that is gone came between, or the game was caught up and then left the cache. */
  async refused(id: GameId, expected: Position): Promise<void> {
    const known = this.memory.get(id);
    this.memory.delete(id);
    if (this.restarted || !known) return;
    expect(expected.ahead).toBeGreaterThan(0);
    const live = await this.engine.load(id);
    expect(canonicalJson(live?.state)).toBe(canonicalJson(known.state));
  }

  name(id: GameId, { revision, ahead }: Position): void {
    this.names.get(id)?.set(`${revision}+${ahead}`, this.serial);
  }

  /** A caller that built on an earlier state is refused, whatever happened since. */
  async moveFromOld(id: GameId, pick: number): Promise<void> {
    const known = this.memory.get(id);
    const names = [...(this.names.get(id) ?? [])];
    const newest = Math.max(0, ...names.map(([, serial]) => serial));
    const old = names.filter(([, serial]) => serial < newest);
    const [name] = old[pick % Math.max(1, old.length)] ?? [];
    if (!known || !name) return;
    const [revision = 0, ahead = 0] = name.split('+').map(Number);
    const change = { state: 'from an old state' };
    const transition = { type: 'OLD', to: nextPhases[known.phase][0] ?? 'TURN', actor: 'p', change };
    const answer = await this.engine.append(id, transition, { revision, ahead }).catch(() => undefined);
    if (answer) expect(answer.kind).toBe('conflict');
  }

  async look(id: GameId): Promise<Expected | undefined | 'unreachable'> {
    try {
      const live = await this.engine.load(id);
      const known = this.memory.get(id);
      if (known) expect(canonicalJson(live?.state)).toBe(canonicalJson(known.state));
      // Known by its old name, which must do even after a catch-up that the caller did not see.
      if (known || !live) return known;
      this.serial++;
      const position = { revision: live.revision, ahead: live.ahead };
      this.memory.set(id, { state: live.state, phase: live.phase, position });
      this.name(id, position);
      return this.memory.get(id);
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'backend-unreachable' });
      return 'unreachable';
    }
  }

  async recover(id: GameId): Promise<void> {
    const answer = await this.engine.recover(id).catch(() => undefined);
    if (!answer || answer.kind === 'not-found') return;
    if (answer.kind === 'failed') throw new Error('A game that was never damaged was not recovered');
    const known = this.memory.get(id);
    const isNewer = known && answer.game.revision > known.position.revision + known.position.ahead;
    if (known && !isNewer && !this.restarted) {
      expect(canonicalJson(answer.game.state)).toBe(canonicalJson(known.state));
    }
    this.memory.delete(id);
  }

  async catchUp(): Promise<void> {
    await this.engine.catchUp();
    for (const { id } of this.engine.unpersisted().diverged) {
      expect(this.restarted).toBe(true);
      await this.engine.evict(id, { discard: true });
      this.forget(id);
    }
  }

  /** What was only in memory is gone, and so are the names that only that memory gave. */
  forget(id: GameId): void {
    this.memory.delete(id);
    const names = this.names.get(id);
    for (const name of names?.keys() ?? []) if (!name.endsWith('+0')) names?.delete(name);
  }

  async restart(): Promise<void> {
    this.restarted = true;
    for (const id of ids) this.forget(id);
    this.room = this.open();
    this.losses = 0;
  }

  /** Storage replays without gaps, and has every state that was reported as committed. */
  async checkStorage(id: GameId): Promise<void> {
    const stored = await this.backend.inner.read(id);
    const committed = this.committed.get(id) ?? new Map<number, Json>();
    expect(stored?.revision ?? 0).toBeGreaterThanOrEqual(Math.max(0, ...committed.keys()));
    if (!stored) return;
    const revisions = stored.events.map((event) => event.revision);
    expect(revisions).toEqual(revisions.map((_, index) => stored.revision - revisions.length + 1 + index));
    const events = stored.events.map((event) => testCodec.decodeEvent(event.bytes, id));
    expect(events.slice(1).map((event) => event.from)).toEqual(events.slice(0, -1).map((event) => event.to));
    const first = revisions[0] ?? stored.revision;
    for (let revision = first; revision <= stored.revision; revision++) {
      const upTo = {
        id,
        revision,
        events: stored.events.filter((event) => event.revision <= revision),
        snapshots: stored.snapshots.filter((snapshot) => snapshot.revision <= revision),
      };
      const { proved } = replay(upTo, testCodec);
      // Before the oldest snapshot that compaction left, an event alone proves nothing.
      if (proved?.revision !== revision && revision < (stored.snapshots[0]?.revision ?? 0)) continue;
      expect(proved?.revision).toBe(revision);
      if (committed.has(revision)) {
        expect(canonicalJson(proved?.state)).toBe(canonicalJson(committed.get(revision)));
      }
    }
    for (const { revision, bytes } of stored.snapshots) {
      const { state } = testCodec.decodeSnapshot(bytes, id);
      if (committed.has(revision)) expect(canonicalJson(state)).toBe(canonicalJson(committed.get(revision)));
    }
  }

  /** Once storage works again, it comes to equal memory. */
  async settle(): Promise<void> {
    this.backend.fail({});
    await this.backend.deliver();
    this.room.flags.persist = true;
    this.clock.advance(30_000);
    await this.catchUp();
    this.heedLosses();
    expect(this.engine.unpersisted()).toMatchObject({ games: 0, oldestAtMs: undefined, diverged: [] });
    for (const id of ids) {
      const known = this.memory.get(id);
      await this.checkStorage(id);
      const stored = await this.backend.inner.read(id);
      const state = stored && replay(stored, testCodec).proved?.state;
      if (known && !this.restarted) expect(canonicalJson(state)).toBe(canonicalJson(known.state));
      const fresh = await this.open().engine.recover(id);
      expect(fresh.kind).toBe(stored ? 'success' : 'not-found');
    }
  }
}

async function live(
  inner: Backend,
  settings: Partial<EngineSettings>,
  steps: readonly Step[],
): Promise<void> {
  const world = new World(inner, settings);
  for (const step of steps) {
    await world.run(step);
    world.heedLosses();
    if ('id' in step) await world.checkStorage(step.id);
  }
  await world.settle();
  await world.engine.close();
}

const play = (id: GameId, state: Json, turn = 0): Step => ({ do: 'move', id, state, turn });

/** Two others take its place in the cache. */
const endedWhileNothingIsStored: Step[] = [
  ...[play(ids[1], []), play(ids[1], [])],
  { do: 'flag', on: false },
  ...[play(ids[1], []), play(ids[1], []), play(ids[1], [], 1), play(ids[1], {}, 1)],
  { do: 'flag', on: true },
  ...[play(ids[0], null), play(ids[2], [])],
];

describe.each(writings)('$how', ({ settings }) => {
  test('whatever fails and in whatever order, storage holds what was reported committed and comes to equal memory', async () => {
    // One thread only, so that a counterexample can be played again.
    const inOrder = { ...settings, asyncSnapshots: false };
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 80 }), (steps) =>
        live(memoryBackend(), inOrder, steps),
      ),
      {
        numRuns: 100,
        examples: [[endedWhileNothingIsStored]],
      },
    );
  }, 60_000);

  test('the same holds on the embedded backend', async () => {
    const folder = tempFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 40 }), async (steps) => {
        const backend = openEmbedded({ folder: `${folder}/${run++}`, clock: virtualClock() });
        await live(backend, settings, steps).finally(() => backend.close());
      }),
      { numRuns: 2 },
    );
  }, 60_000);
});
