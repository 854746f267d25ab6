import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openEmbedded } from '../../../src/backend/embedded/embedded.ts';
import type { Backend } from '../../../src/backend/port.ts';
import type { Engine, Position } from '../../../src/engine/engine.ts';
import { replay } from '../../../src/engine/replay.ts';
import type { EngineSettings } from '../../../src/engine/settings.ts';
import { nextPhases } from '../../../src/game/phases.ts';
import { engineRoom, testCodec, writings } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { gameId as id, move } from '../../setup/transitions.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

/** Rounds in which each engine answers in time or loses its answer; both move at once. */
const anyRounds = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 12 });

async function race(
  backend: Backend,
  rounds: readonly (readonly boolean[])[],
  settings: Partial<EngineSettings>,
): Promise<void> {
  const clock = virtualClock();
  const servers = [0, 1].map(() => {
    const faulty = faultyBackend(backend);
    return { faulty, engine: engineRoom(faulty, { ...settings, persistIntervalMs: 0 }, clock).engine };
  });
  const [first] = servers;
  await first?.engine.create(id, { round: 0 }, 'ada');

  for (const [round, lost] of rounds.entries()) {
    // The same move at the same instant, down to the byte: only the write's own name tells them apart.
    const moves = servers.map(async ({ engine, faulty }, server) => {
      const live = await newest(engine);
      faulty.fail(lost[server] ? { writes: 'after' } : {});
      const to = nextPhases[live.phase][0] ?? 'TURN';
      return engine.append(id, move(to, { round: round + 1 }), live);
    });
    const answers = await Promise.all(moves);
    expect(answers.map((answer) => answer.kind).sort()).toEqual(['committed', 'conflict']);
    const stored = await backend.read(id);
    expect(stored?.revision).toBe(round + 2);
    expect(stored && replay(stored, testCodec).proved?.state).toEqual({ round: round + 1 });
  }
}

/** As a server that lost reloads: its copy was dropped, so this reads storage. */
async function newest(engine: Engine): Promise<Position & { phase: keyof typeof nextPhases }> {
  const live = await engine.load(id);
  if (!live) throw new Error('The game is gone');
  return live;
}

// Where a strategy defers, an interval of 0 has it write each: what is deferred competes with nobody yet.
describe.each(writings)('$how', ({ settings }) => {
  test('of two engines on one backend exactly one wins each revision', async () => {
    await fc.assert(
      fc.asyncProperty(anyRounds, (rounds) => race(memoryBackend(), rounds, settings)),
      { numRuns: 40 },
    );
  });

  test('the same holds on the embedded backend', async () => {
    const folder = tempFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(anyRounds, async (rounds) => {
        const backend = openEmbedded({ folder: `${folder}/${run++}`, clock: virtualClock() });
        await race(backend, rounds, settings).finally(() => backend.close());
      }),
      { numRuns: 2 },
    );
  }, 30_000);
});

test('of two engines that defer, the one that writes later learns it and keeps its copy', async () => {
  const backend = memoryBackend();
  const clock = virtualClock();
  const rooms = [0, 1].map(() => engineRoom(backend, { strategy: 'snapshot-only' }, clock));
  const [one, other] = [rooms[0]?.engine, rooms[1]?.engine];
  if (!one || !other) throw new Error('Two engines were opened');
  await intoTurn(one);
  for (const [engine, by] of [
    [one, 'one'],
    [other, 'other'],
  ] as const) {
    const answer = await engine.append(id, move('TURN', { by }), await newest(engine));
    expect(answer).toMatchObject({ kind: 'unpersisted', why: 'deferred' });
  }
  clock.advance(30_000);
  await other.catchUp();
  await one.catchUp();
  expect(one.unpersisted().diverged).toEqual([{ id, held: { revision: 4, ahead: 1 }, storedRevision: 5 }]);
  expect((await one.load(id))?.state).toEqual({ by: 'one' });
  expect(other.unpersisted().games).toBe(0);
});

async function intoTurn(engine: Engine): Promise<void> {
  await engine.create(id, { round: 0 }, 'ada');
  for (const to of ['PREPARATION', 'DECLARATION', 'TURN'] as const) {
    await engine.append(id, move(to, { round: 0 }), await newest(engine));
  }
}
