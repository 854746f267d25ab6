/** A game of which storage has another state at the very revision that memory is at: somebody replaced it there. */
import { expect, test } from 'vitest';
import type { EngineSettings } from '../../../src/engine/settings.ts';
import { engineRoom } from '../../setup/engine-room.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

const at1 = { revision: 1, ahead: 0 };

async function replaced(settings: Partial<EngineSettings> = {}) {
  const backend = memoryBackend();
  const room = engineRoom(backend, settings);
  await room.engine.create(id, { from: 'memory', n: 1 }, 'ada');
  const other = memoryBackend();
  await engineRoom(other, settings).engine.create(id, { from: 'storage', n: 1 }, 'eve');
  backend.change(id, () => other.peek(id));
  const stored = () => backend.peek(id);
  const asReplaced = stored();
  expect(await room.engine.recover(id)).toMatchObject({ kind: 'partial' });
  return { ...room, backend, stored, asReplaced };
}

test.each(['hybrid', 'snapshot-only'] as const)('%s: no snapshot is put over it', async (strategy) => {
  const { engine, stored, asReplaced } = await replaced({ strategy });
  expect(await engine.snapshot(id, 'manual')).toBe('refused');
  await engine.close();
  expect(stored()).toEqual(asReplaced);
});

test.each(['hybrid', 'snapshot-only'] as const)('%s: plays on in memory alone', async (strategy) => {
  const { engine, stored, asReplaced } = await replaced({ strategy });
  expect(await engine.append(id, move('PREPARATION', { from: 'memory', n: 2 }), at1)).toMatchObject({
    kind: 'unpersisted',
    ahead: 1,
  });
  await engine.catchUp();
  expect(stored()).toEqual(asReplaced);
  expect(engine.unpersisted().diverged).toMatchObject([{ id, held: { revision: 1, ahead: 1 } }]);
  expect(await engine.evict(id, { discard: true })).toEqual({ kind: 'evicted', lost: 1 });
  expect((await engine.load(id))?.state).toEqual({ from: 'storage', n: 1 });
});

test('is not gone back from: that would pass over what memory has', async () => {
  const backend = memoryBackend();
  const { engine, clock } = engineRoom(backend);
  const other = memoryBackend();
  const sameGame = engineRoom(other, {}, clock).engine;
  const snapshotAt1 = async (from: string, played: typeof engine) => {
    await played.create(id, { from: 'both' }, 'ada');
    await played.snapshot(id, 'manual');
    await played.append(id, move('PREPARATION', { from }), at1);
  };
  await snapshotAt1('memory', engine);
  await snapshotAt1('storage', sameGame);
  backend.change(id, () => other.peek(id));
  const before = backend.peek(id);
  expect(await engine.recover(id, { kind: 'snapshot', revision: 1 })).toEqual({
    kind: 'failed',
    problems: ['storage has another state at this revision'],
  });
  expect(backend.peek(id)).toEqual(before);
  expect(engine.held(id)).toMatchObject({ state: { from: 'memory' }, divergedAt: 2 });
});
