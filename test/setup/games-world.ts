/** Stored games that were really played, what damages them, and the actions of games run end to end. */
import { onTestFinished } from 'vitest';
import type { Action, Report } from '../../src/action/action.ts';
import { Confirmed, type Plan, type PlanDetail } from '../../src/action/plan.ts';
import { createRunner } from '../../src/action/run.ts';
import { revisionOfParts } from '../../src/backend/current-layout.ts';
import { openEmbedded } from '../../src/backend/embedded/embedded.ts';
import type { Backend, PrimaryBackend } from '../../src/backend/port.ts';
import { systemClock } from '../../src/base/clock.ts';
import { randomHex } from '../../src/base/ids.ts';
import type { Codec } from '../../src/engine/codec.ts';
import type { EngineSettings } from '../../src/engine/settings.ts';
import { type Json, parseGameId } from '../../src/game/game.ts';
import { nextPhases, type Phase } from '../../src/game/phases.ts';
import type { GameRecord, RecordKey } from '../../src/game/record.ts';
import { recordDigest, sortedParts } from '../../src/game/record-codec.ts';
import { createCorrectAction } from '../../src/games/correct.ts';
import { createGames } from '../../src/games/games.ts';
import { createHoldAction, createReleaseAction } from '../../src/games/hold.ts';
import { createRecoverAction } from '../../src/games/recover.ts';
import { createRecoverAllAction } from '../../src/games/recover-all.ts';
import { createSnapshotAction } from '../../src/games/snapshot.ts';
import type { AdminClient } from '../../src/platform/admin.ts';
import { silent } from './counter-action.ts';
import { engineRoom, plainCodec } from './engine-room.ts';
import { tempFolder } from './temp-folder.ts';
import { virtualClock } from './virtual-clock.ts';

const phases: readonly Phase[] = ['PREPARATION', 'DECLARATION', 'TURN', 'TURN', 'SCORING', 'TURN'];

/** Snapshots only where they are asked for. */
const eventSourced = { strategy: 'event-sourced' } as const;

/** A valid state, another one each turn. */
export const stateOf = (id: string, turn: number): { readonly [key: string]: Json } => ({
  room_id: id,
  players: [
    { id: 'ada', hand: ['2 of clubs', `${turn} of hearts`] },
    { id: 'bao', hand: [] },
  ],
  created_at: '2026-11-23T03:00:00.000Z',
  updated_at: `2026-11-23T03:0${turn}:00.000Z`,
  turn,
});

export type Fields = Map<string, Uint8Array>;

interface GamesWorldOptions {
  readonly admin?: AdminClient;
  readonly codec?: Codec;
  /** What the actions reach; what a test does to games goes around it. */
  readonly wrap?: (backend: PrimaryBackend) => PrimaryBackend;
  /** What is looked at, where that is another one. */
  readonly replicaOf?: (backend: PrimaryBackend) => Backend;
}

export function gamesWorld({
  admin,
  codec = plainCodec,
  wrap = (backend) => backend,
  replicaOf = (backend) => backend,
}: GamesWorldOptions = {}) {
  const clock = virtualClock();
  const stored = openEmbedded({ folder: tempFolder(), clock });
  onTestFinished(() => stored.close());
  const backend = wrap(stored);
  const parts = {
    backend,
    codec,
    clock,
    admin,
    actor: 'ana@bastion',
    random: randomHex,
    secondary: undefined,
  };
  const actor = { user: 'ana', host: 'bastion' };
  const runner = createRunner({
    stateDir: tempFolder(),
    environment: 'staging',
    simulated: false,
    actor,
    // The storage answers in its own time: a clock that jumps would call every verification too slow.
    clock: { now: () => clock.now(), sleep: (ms, signal) => systemClock.sleep(ms, signal) },
    random: randomHex,
  });

  const record = async (key: RecordKey): Promise<GameRecord> => {
    const [read] = await stored.readRecords([key]);
    if (read?.kind !== 'record') throw new Error(`${key.id} is ${read?.kind}`);
    return read.record;
  };

  const world = {
    backend,
    stored,
    clock,
    codec,
    runner,
    games: createGames({ ...parts, backend: replicaOf(backend), changing: async () => backend }),
    recover: createRecoverAction(parts),
    recoverAll: createRecoverAllAction(parts),
    correct: createCorrectAction(parts),
    hold: createHoldAction(parts),
    release: createReleaseAction(parts),
    snapshot: createSnapshotAction({ ...parts, snapshotsKept: 5 }),
    record: (id: string) => record({ id, layout: 'current' }),
    /** Seven revisions, one a minute, with snapshots of the fourth and the sixth. */
    async play(id: string, settings: Partial<EngineSettings> = eventSourced): Promise<void> {
      const { engine } = engineRoom(stored, settings, clock);
      const game = parseGameId(id);
      let at = await engine.create(game, stateOf(id, 1), 'host');
      for (const [index, to] of phases.entries()) {
        clock.advance(60_000);
        if (!('revision' in at)) throw new Error(at.kind);
        const change = { state: stateOf(id, index + 2) };
        at = await engine.append(game, { type: 'MOVE', to, actor: 'ada', change }, at);
        if (index === 2 || index === 4) await engine.snapshot(game, 'manual');
      }
    },
    /** One more transition, as somebody else's server makes it. */
    async playOn(id: string, settings: Partial<EngineSettings> = eventSourced): Promise<void> {
      const { engine } = engineRoom(stored, settings, clock);
      const game = await engine.load(parseGameId(id));
      if (!game) throw new Error(`There is no ${id}`);
      const [to = game.phase] = nextPhases[game.phase];
      const change = { state: stateOf(id, 9) };
      await engine.append(game.id, { type: 'MOVE', to, actor: 'bao', change }, game);
    },
    async damage(id: string, change: (fields: Fields) => void): Promise<void> {
      const before = await record({ id, layout: 'current' });
      const changed = damaged(before, change);
      await stored.replaceRecord(changed, recordDigest(before));
    },
    /** Flips one bit in the middle of a field. */
    flip: (id: string, field: string) =>
      world.damage(id, (fields) => {
        const bytes = Uint8Array.from(fields.get(field) ?? []);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        fields.set(field, bytes);
      }),
    async run<I, D extends PlanDetail>(action: Action<I, D>, input: I): Promise<Report> {
      return world.apply(action, await runner.prepare(action, input));
    },
    apply: <I, D extends PlanDetail>(
      action: Action<I, D>,
      plan: Plan<D>,
      signal = new AbortController().signal,
    ): Promise<Report> => runner.apply(action, Confirmed.byTyping(plan, 'staging'), silent, signal),
    async newest(id: string) {
      const view = await world.games.show({ id });
      return view?.state;
    },
  };
  return world;
}

/** As somebody else left it; all of its fields are bytes. */
export function damaged(record: GameRecord, change: (fields: Fields) => void): GameRecord {
  const fields: Fields = new Map();
  for (const { name, value } of record.parts) {
    if (value.kind === 'bytes') fields.set(Buffer.from(name).toString('latin1'), value.bytes);
  }
  change(fields);
  const parts = sortedParts(
    [...fields].map(([name, bytes]) => ({
      name: Buffer.from(name, 'latin1'),
      value: { kind: 'bytes' as const, bytes },
    })),
  );
  const { revision: _, ...rest } = record;
  const revision = revisionOfParts({ layout: record.layout, parts });
  return { ...rest, ...(revision === undefined ? {} : { revision }), parts };
}
