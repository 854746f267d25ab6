import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backend/port.ts';
import type { Engine, Position } from '../../../src/engine/engine.ts';
import type { EngineSettings } from '../../../src/engine/settings.ts';
import { nextPhases, type Phase } from '../../../src/game/phases.ts';
import { engineRoom, writings } from '../../setup/engine-room.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { type Death, mortalBackend } from '../../setup/mortal-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

/** Small enough that a short game is snapshot, compacted and reaches its bound. */
const small = {
  snapshotIntervalMs: 30_000,
  compactAfterEvents: 4,
  maxEvents: 7,
  snapshotsKept: 2,
  persistIntervalMs: 20_000,
  asyncSnapshots: false,
};

const path: readonly Phase[] = [
  'PREPARATION',
  'DECLARATION',
  'TURN',
  'TURN',
  'TURN',
  'TURN',
  'TURN',
  'SCORING',
];

interface Acknowledged {
  /** Transitions in the newest state that was reported as committed. */
  moves: number;
}

/** A game server that plays until it dies, or comes to its end. The state counts the transitions. */
async function play(backend: Backend, settings: Partial<EngineSettings>, heard: Acknowledged): Promise<void> {
  const clock = virtualClock();
  const { engine } = engineRoom(backend, { ...small, ...settings }, clock);
  let moves = 0;
  const learn = (answer: Awaited<ReturnType<Engine['append']>>): Position => {
    if (!('revision' in answer)) throw new Error('Nobody else plays this game');
    moves++;
    if (answer.kind === 'committed') heard.moves = moves;
    return answer;
  };
  let at = learn(await engine.create(id, { moves: 1 }, 'ada'));
  for (const to of path) {
    clock.advance(8_000);
    at = learn(await engine.append(id, move(to, { moves: moves + 1 }), at));
    await engine.catchUp();
  }
  await engine.close();
  heard.moves = moves;
}

describe.each(writings)('a game server ($how) that is killed at any call of storage', ({ settings }) => {
  test.each([true, false])(
    'has lost and doubled nothing that it acknowledged (the call arrives: %s)',
    async (arrives) => {
      const isAlive = { value: false };
      let call = 0;
      while (!isAlive.value) {
        call++;
        const storage = memoryBackend();
        const heard: Acknowledged = { moves: 0 };
        const death: Death = { call, arrives };
        const mortal = mortalBackend(storage, death);
        const outlived = play(mortal, settings, heard).then(() => {
          isAlive.value = true;
        });
        await Promise.race([outlived, mortal.died]);
        await goesOn(storage, settings, heard);
      }
      expect(call).toBeGreaterThan(5);
    },
  );
});

/** Another server finds the newest acknowledged state, or a later one that was played, and plays from there. */
async function goesOn(
  storage: Backend,
  settings: Partial<EngineSettings>,
  { moves }: Acknowledged,
): Promise<void> {
  const { engine } = engineRoom(storage, { ...small, ...settings });
  const found = await engine.recover(id);
  if (found.kind === 'not-found') {
    expect(moves).toBe(0);
    return;
  }
  expect(found).toMatchObject({ kind: 'success', problems: [] });
  if (found.kind === 'failed') return;
  const { game } = found;
  // Holds: it is the state that `play` wrote.
  const played = (game.state as { readonly moves: number }).moves;
  expect(played).toBeGreaterThanOrEqual(moves);
  expect(played).toBeLessThanOrEqual(path.length + 1);
  expect(game.phase).toBe(path[played - 2] ?? 'NOT_STARTED');
  if (settings.strategy !== 'snapshot-only') expect(game.revision).toBe(played);

  const to = nextPhases[game.phase][0] ?? 'GAME_OVER';
  await engine.append(id, move(to, { moves: played + 1 }), game);
  await engine.close();
  const after = await engineRoom(storage, settings).engine.load(id);
  expect(after).toMatchObject({ revision: game.revision + 1, state: { moves: played + 1 } });
}
