import { describe, expect, it, onTestFinished } from 'vitest';
import { openEmbedded } from '../../../src/backend/embedded/embedded.ts';
import { systemClock as clock } from '../../../src/base/clock.ts';
import { parseGameId } from '../../../src/game/game.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { createPersistence } from '../../../src/sandbox/persistence.ts';
import { seededChance } from '../../../src/sandbox/random.ts';
import { createRooms } from '../../../src/sandbox/rooms.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const room = { id: 'room-1', name: 'One', capacity: 4, players: ['Ann', 'Ben'] };
const key = { id: room.id, layout: 'current' } as const;

/** One table of one server, on real storage, moved by the test alone. */
async function openTable() {
  const storage = openEmbedded({ folder: tempFolder(), clock });
  onTestFinished(() => storage.close());
  const chance = seededChance(1);
  const flags = { isOn: () => true };
  const { engine } = createPersistence({ storage, flags, clock, chance, activeGames: () => undefined });
  const roomsClock = virtualClock();
  const rooms = createRooms({ engine, clock: roomsClock, chance, mayRecover: () => true });
  await rooms.create(room);
  const record = async (): Promise<GameRecord> => {
    const [read] = await storage.readRecords([key]);
    if (read?.kind !== 'record') throw new Error('no record');
    return read.record;
  };
  const plays = async (times: number) => {
    for (let play = 0; play < times; play++) await rooms.play();
  };
  return { storage, engine, rooms, roomsClock, record, plays };
}

describe('the rooms of a sandbox server', () => {
  it('move on in storage with every play', async () => {
    const { plays, record } = await openTable();
    await plays(3);
    expect((await record()).revision).toBe(4);
  });

  it('go on from what was restored over them, and nothing stays unpersisted', async () => {
    const { storage, engine, rooms, record, plays } = await openTable();
    await plays(2);
    const earlier = await record();
    await plays(2);
    await storage.replaceRecord(earlier, recordDigest(await record()));
    await plays(1);
    expect(engine.unpersisted().diverged).toHaveLength(1);
    await rooms.settleDiverged();
    expect(engine.unpersisted().games).toBe(0);
    await plays(1);
    expect((await record()).revision).toBe((earlier.revision ?? 0) + 1);
  });

  it('go on from what another writer stored after them', async () => {
    const { storage, rooms, record, plays } = await openTable();
    await plays(2);
    const before = await record();
    await plays(2);
    const after = await record();
    await storage.replaceRecord(before, recordDigest(after));
    // This server has taken the earlier one for its own, and then storage is ahead of it.
    await plays(1);
    await rooms.settleDiverged();
    await storage.replaceRecord(after, recordDigest(await record()));
    await plays(2);
    expect((await record()).revision).toBe((after.revision ?? 0) + 1);
  });

  it('are given up when they were removed from storage', async () => {
    const { storage, rooms, record, plays } = await openTable();
    await storage.removeRecord(key, recordDigest(await record()));
    await plays(1);
    await rooms.settleDiverged();
    expect(rooms.list()).toEqual([]);
  });

  it('are closed for a while when their game is evicted, and go on from what storage has by then', async () => {
    const { storage, engine, rooms, roomsClock, record, plays } = await openTable();
    await plays(2);
    const earlier = await record();
    await plays(2);
    await engine.evict(parseGameId(room.id), { discard: false });
    rooms.evict(parseGameId(room.id));
    await storage.replaceRecord(earlier, recordDigest(await record()));
    await plays(3);
    await rooms.reopen();
    expect(rooms.list()).toEqual([]);
    expect((await record()).revision).toBe(earlier.revision);

    roomsClock.advance(10_000);
    await rooms.reopen();
    await plays(1);
    expect((await record()).revision).toBe((earlier.revision ?? 0) + 1);
    expect(engine.unpersisted()).toMatchObject({ diverged: [], lost: { transitions: 0 } });
  });

  it('wait while their game is on hold, and go on with the move that they wanted', async () => {
    const { engine, rooms, record, plays } = await openTable();
    await plays(2);
    await engine.hold(parseGameId(room.id), 60_000);
    await plays(3);
    expect((await record()).revision).toBe(3);
    expect(rooms.list()).toMatchObject([{ id: room.id }]);
    engine.release(parseGameId(room.id));
    await plays(1);
    expect((await record()).revision).toBe(4);
  });

  it('stay closed while a game that was evicted is on hold', async () => {
    const { engine, rooms, roomsClock } = await openTable();
    const id = parseGameId(room.id);
    await engine.hold(id, 60_000);
    await engine.evict(id, { discard: false });
    rooms.evict(id);
    roomsClock.advance(10_000);
    await rooms.reopen();
    expect(rooms.list()).toEqual([]);
    engine.release(id);
    await rooms.reopen();
    expect(rooms.list()).toMatchObject([{ id }]);
  });

  it('keep who waits for the start while they are closed', async () => {
    const { engine, rooms, roomsClock } = await openTable();
    rooms.join(room.id, 'Cem');
    await engine.evict(parseGameId(room.id), { discard: false });
    rooms.evict(parseGameId(room.id));
    roomsClock.advance(10_000);
    await rooms.reopen();
    expect(rooms.list()).toMatchObject([{ id: room.id, phase: 'NOT_STARTED', players: 3 }]);
  });

  it('do not open for a game of another server that was evicted here', async () => {
    const { rooms, roomsClock, engine } = await openTable();
    const elsewhere = parseGameId('elsewhere');
    await engine.create(elsewhere, {}, 'host').catch(() => {});
    rooms.evict(elsewhere);
    roomsClock.advance(10_000);
    await rooms.reopen();
    expect(rooms.list().map(({ id }) => id)).toEqual([room.id]);
  });

  it('are not laid again for a game that everybody left hours ago', async () => {
    const { rooms, roomsClock, engine } = await openTable();
    const game = await engine.load(parseGameId(room.id));
    if (!game) throw new Error('no game');
    rooms.evict(game.id);
    roomsClock.advance(4 * 3_600_000);
    await rooms.reopen();
    rooms.adopt(game);
    expect(rooms.list()).toEqual([]);
  });

  it('let players join until the game starts or the room is full', async () => {
    const { rooms, plays } = await openTable();
    expect(['Cem', 'Dee', 'Eve'].map((player) => rooms.join(room.id, player))).toEqual([
      'joined',
      'joined',
      'full',
    ]);
    await plays(1);
    expect(rooms.join(room.id, 'Fay')).toBe('started');
    expect(rooms.join(parseGameId('nowhere'), 'Fay')).toBe('no-room');
    expect(rooms.list()).toMatchObject([{ phase: 'PREPARATION', players: 4, persisted: true }]);
  });

  it('are as many as usual after a fill', async () => {
    const { rooms } = await openTable();
    await rooms.fill();
    expect(rooms.list()).toHaveLength(20);
  });
});
