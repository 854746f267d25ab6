/** An engine with everything on, and a game of usual size that goes on for ever. */

import { withBreaker } from '../../src/backend/breaker.ts';
import { observed } from '../../src/backend/observed.ts';
import type { Backend } from '../../src/backend/port.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createEngine } from '../../src/engine/create.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { productionSettings } from '../../src/engine/settings.ts';
import type { GameId } from '../../src/game/game.ts';
import type { Phase } from '../../src/game/phases.ts';
import { createExporter } from '../../src/metrics/exporter.ts';

const startedAt = '2026-01-01T00:00:00.000Z';

export type BenchState = ReturnType<typeof firstState>;

export function benchEngine(storage: Backend): Engine {
  const guarded = withBreaker(storage, systemClock);
  const exporter = createExporter({
    backend: storage.kind,
    strategy: 'hybrid',
    clock: systemClock,
    gauges: {
      activeGames: () => undefined,
      unpersisted: () => engine.unpersisted(),
      breaker: () => guarded.breaker.state().state,
      storage: () => undefined,
    },
  });
  const engine = createEngine({
    backend: observed(guarded, exporter),
    clock: systemClock,
    settings: { ...productionSettings, validate: true },
    policy: { shouldPersist: () => true, shouldSnapshot: () => true },
    observer: exporter,
  });
  return engine;
}

/** About 3 KB of JSON, of four players with their hands. */
export function firstState(id: GameId) {
  return {
    room_id: id as string,
    created_at: startedAt,
    updated_at: startedAt,
    move: 0,
    players: Array.from({ length: 4 }, (_, seat) => ({
      id: `player-${seat}`,
      name: `Player ${seat}`,
      score: 0,
      hand: Array.from({ length: 13 }, (_, card) => ({ suit: 'spades', rank: card, played: false })),
    })),
  };
}

const phaseOf = (move: number): Phase => (['PREPARATION', 'DECLARATION'] as const)[move] ?? 'TURN';

/** What one move changes: a card, a score, the clock. */
export function nextState(state: BenchState): { readonly to: Phase; readonly state: BenchState } {
  const { move } = state;
  const seat = move % state.players.length;
  const players = state.players.map((player, index) => (index === seat ? afterPlay(player, move) : player));
  const updated_at = new Date(Date.parse(startedAt) + (move % 10_000) * 1000).toISOString();
  return { to: phaseOf(move), state: { ...state, players, updated_at, move: move + 1 } };
}

function afterPlay(player: BenchState['players'][number], move: number) {
  const card = Math.floor(move / 4) % player.hand.length;
  const hand = player.hand.map((held, index) => (index === card ? { ...held, played: !held.played } : held));
  return { ...player, score: player.score + (move % 7), hand };
}
