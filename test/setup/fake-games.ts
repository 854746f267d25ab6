/** Games that a test makes up, and a GamesPort that holds them. */
import type { Fault } from '../../src/base/fault.ts';
import type { Json } from '../../src/game/game.ts';
import type { EditableGame, GameRow, GamesPort, GameView } from '../../src/games/game-view.ts';
import { holdMarks } from '../../src/games/hold-marks.ts';
import type { ServerHold } from '../../src/platform/held-games.ts';

/** The console's clock in tests stands here. */
export const nowMs = Date.UTC(2026, 10, 23, 12, 54, 0);

export const gameRow = (id: string, changes: Partial<GameRow> = {}): GameRow => ({
  id,
  layout: 'current',
  phase: 'TURN',
  revision: 12,
  createdAtMs: nowMs - 3_600_000,
  updatedAtMs: nowMs - 20_000,
  sizeBytes: 12_800,
  events: 12,
  snapshots: 2,
  problems: [],
  ...changes,
});

export function gameView(row: GameRow, state: Json, changes: Partial<GameView> = {}): GameView {
  return {
    row,
    readsFrom: 'primary',
    state: { kind: 'proved', revision: row.revision ?? 0, phase: row.phase ?? 'TURN', state },
    timeline: [
      { phase: 'PREPARATION', atMs: nowMs - 600_000, lastedMs: 120_000, actor: 'ada', revision: 1 },
      { phase: 'TURN', atMs: nowMs - 480_000, actor: 'bob', revision: 4 },
    ],
    snapshots: [
      { revision: 5, sizeBytes: 4_000, atMs: nowMs - 300_000, trigger: 'interval', phase: 'TURN' },
      { revision: 10, sizeBytes: 4_100, atMs: nowMs - 60_000, trigger: 'interval', phase: 'TURN' },
    ],
    events: [
      { revision: 11, atMs: nowMs - 40_000, type: 'PLAY', from: 'TURN', to: 'TURN', actor: 'ada' },
      { revision: 12, atMs: nowMs - 20_000, type: 'PLAY', from: 'TURN', to: 'TURN', actor: 'bob' },
    ],
    otherFields: [],
    inBothLayouts: false,
    heldBy: [
      { server: 'http://127.0.0.1:7001', kind: 'held', revision: 12, ahead: 0 },
      { server: 'http://127.0.0.1:7002', kind: 'not-held' },
    ],
    stores: [
      {
        role: 'primary',
        location: 'embedded /var/lib/gamekeeper',
        found: { kind: 'record', revision: 12, digest: 'ab'.repeat(32) },
      },
    ],
    ...changes,
  };
}

export interface FakeGames extends GamesPort {
  rows: readonly GameRow[];
  readonly views: Map<string, GameView>;
  holding: readonly ServerHold[];
  /** What every read throws from now on; undefined: they work. */
  fault: Fault | undefined;
  /** Resolves once the test lets the next pages come; undefined: at once. */
  gate: Promise<void> | undefined;
  readonly asked: string[];
}

const pageSize = 1_000;

/** A game without a view of its own is shown with the state `{round: 3}`. */
export function fakeGames(rows: readonly GameRow[] = [gameRow('room-1'), gameRow('room-2')]): FakeGames {
  const check = (games: FakeGames) => {
    if (games.fault) throw games.fault;
  };
  const viewOf = (games: FakeGames, id: string): GameView | undefined => {
    const row = games.rows.find((one) => one.id === id);
    return games.views.get(id) ?? (row && gameView(row, { round: 3, scores: [7, 9] }));
  };
  const games: FakeGames = {
    rows,
    views: new Map(),
    holding: [],
    fault: undefined,
    gate: undefined,
    asked: [],
    location: 'embedded /var/lib/gamekeeper',
    readsFrom: 'primary',
    async *list(_filter, signal) {
      games.asked.push('list');
      check(games);
      for (let at = 0; at < games.rows.length; at += pageSize) {
        yield games.rows.slice(at, at + pageSize);
        await games.gate;
        signal?.throwIfAborted();
        check(games);
      }
    },
    async show({ id }) {
      games.asked.push(`show ${id}`);
      check(games);
      return viewOf(games, id);
    },
    async verify({ id }) {
      games.asked.push(`verify ${id}`);
      check(games);
      const view = viewOf(games, id);
      if (!view) return undefined;
      const { events = 0, snapshots = 0, problems, layout } = view.row;
      return { key: { id, layout }, events, snapshots, problems };
    },
    async *verifyAll() {},
    holds: async () => holdMarks({ holds: games.holding, unasked: [] }),
    async edit(id): Promise<EditableGame> {
      games.asked.push(`edit ${id}`);
      check(games);
      return {
        id,
        revision: 12,
        phase: 'TURN',
        proved: { revision: 12, state: { round: 3, scores: [7, 9] } },
        found: 'cd'.repeat(32),
      };
    },
  };
  return games;
}
