import { expect, test } from 'vitest';
import { rebuild } from '../../../src/engine/rebuild.ts';
import type { EngineSettings } from '../../../src/engine/settings.ts';
import { engineRoom, plainCodec } from '../../setup/engine-room.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

const key = (byte: number) => new Uint8Array(32).fill(byte);
const oldKeys = new Map([['old', key(1)]]);
const bothKeys = new Map([...oldKeys, ['new', key(2)]]);

/** One game on servers that are configured one after the other, each playing three turns. */
async function playedBy(servers: readonly Partial<EngineSettings>[]) {
  const backend = memoryBackend();
  const { engine } = engineRoom(backend);
  let at = await engine.create(id, { n: 1 }, 'ada');
  let n = 1;
  for (const to of ['PREPARATION', 'DECLARATION', 'TURN'] as const) {
    if (at.kind !== 'committed') throw new Error(`Not stored: ${at.kind}`);
    at = await engine.append(id, move(to, { n: ++n }), at);
  }
  await engine.close();
  for (const settings of servers) {
    const server = engineRoom(backend, settings).engine;
    for (let turn = 0; turn < 3; turn++) {
      const live = await server.load(id);
      expect(live?.state).toEqual({ n });
      if (live) await server.append(id, move('TURN', { n: ++n }), live);
    }
    await server.close();
    expect(await engineRoom(backend, settings).engine.recover(id)).toMatchObject({
      kind: 'success',
      game: { state: { n } },
      problems: [],
    });
  }
  return backend;
}

test('a game goes on when the strategy is changed, whichever comes after which', async () => {
  const order = [
    'snapshot-only',
    'event-sourced',
    'hybrid',
    'snapshot-only',
    'hybrid',
    'event-sourced',
  ] as const;
  await playedBy(order.map((strategy) => ({ strategy })));
});

test('a game goes on when encryption is switched on, its key rotated, and encryption switched off', async () => {
  await playedBy([
    { keys: { current: 'old', keys: oldKeys } },
    { keys: { current: 'new', keys: bothKeys } },
    { formerKeys: bothKeys },
  ]);
});

test('a server without the key does not pass the game off as lost or empty, but names the key', async () => {
  const backend = await playedBy([{ keys: { current: 'old', keys: oldKeys } }]);
  await expect(engineRoom(backend).engine.load(id)).rejects.toMatchObject({
    code: 'record-unreadable',
    message: expect.stringContaining('encrypted with the key old, which STATE_ENCRYPTION_KEYS lacks'),
  });
});

test('and does not go on from the state before, as it would where the rest is damaged', async () => {
  const backend = await playedBy([{ keys: { current: 'old', keys: oldKeys } }]);
  const { engine } = engineRoom(backend);
  expect(await engine.recover(id)).toMatchObject({
    kind: 'failed',
    problems: expect.arrayContaining([
      'revisions 5 to 7 cannot be rebuilt from storage',
      expect.stringContaining('event 7: The record cannot be read: it is encrypted with the key old'),
    ]),
  });
  const stored = backend.peek(id);
  expect(stored && rebuild(stored, { kind: 'latest' }, plainCodec)).toMatchObject({ kind: 'failed' });
  const late = engine.append(id, move('TURN', { n: 0 }), { revision: 4, ahead: 0 });
  await expect(late).rejects.toMatchObject({ code: 'record-unreadable' });
  expect(backend.peek(id)?.revision).toBe(7);
});
