import { describe, expect, test } from 'vitest';
import type { Append, Backend, StoredGame } from '../../src/backend/port.ts';
import { type GameId, parseGameId } from '../../src/game/game.ts';
import type { Place } from '../setup/backend-places.ts';
import { engineRoom } from '../setup/engine-room.ts';
import { faultyBackend } from '../setup/faulty-backend.ts';
import { move } from '../setup/transitions.ts';

const id = parseGameId('game-1');

const append = (expectedRevision: number, more: Partial<Append> = {}): Append => ({
  expectedRevision,
  phase: 'TURN',
  atMs: 1_000 + expectedRevision,
  event: Buffer.from(`event ${expectedRevision + 1}`),
  ...more,
});

async function play(backend: Backend, revisions: number, game: GameId = id): Promise<void> {
  for (let revision = 0; revision < revisions; revision++) await backend.append(game, append(revision));
}

const texts = (encoded: StoredGame['events'] | undefined) =>
  encoded?.map(({ revision, bytes }) => `${revision} ${Buffer.from(bytes)}`);
const revisions = (encoded: StoredGame['events'] | undefined) => encoded?.map(({ revision }) => revision);

const hostileIds = [
  '\u001b]0;owned\u0007\u001b[2J',
  'a{b}c',
  '}{',
  '{}',
  'nul\u0000byte',
  'line\nbreak\r',
  '*?[a-z]\\',
  "'; DROP TABLE games; --",
  '\u202eevil',
  '🂡 ünïcödé',
  ':',
  ' ',
  'x'.repeat(512),
];

export function describeGames(openPlace: () => Promise<Place>): void {
  const open = async () => (await openPlace()).open();

  describe('games', () => {
    test('answer a ping', async () => {
      await expect((await open()).ping()).resolves.toBeUndefined();
    });

    test('are absent until their first event', async () => {
      expect(await (await open()).read(id)).toBeUndefined();
    });

    test('are read back as they were appended', async () => {
      const backend = await open();
      expect(await backend.append(id, append(0, { phase: 'NOT_STARTED' }))).toEqual({
        kind: 'committed',
        revision: 1,
      });
      expect(await backend.append(id, append(1, { phase: 'PREPARATION' }))).toEqual({
        kind: 'committed',
        revision: 2,
      });
      const game = await backend.read(id);
      expect(game).toMatchObject({
        id,
        revision: 2,
        phase: 'PREPARATION',
        createdAtMs: 1_000,
        updatedAtMs: 1_001,
      });
      expect(game).not.toHaveProperty('expiresAtMs');
      expect(texts(game?.events)).toEqual(['1 event 1', '2 event 2']);
      expect(game?.snapshots).toEqual([]);
    });

    test.each([0, 1, 3])('refuse an append on revision %i of 2, and say where they are', async (expected) => {
      const backend = await open();
      await play(backend, 2);
      expect(await backend.append(id, append(expected))).toEqual({ kind: 'conflict', expected, actual: 2 });
      expect(texts((await backend.read(id))?.events)).toEqual(['1 event 1', '2 event 2']);
    });

    test.each<Partial<Append>>([
      { expectedRevision: -1 },
      { expectedRevision: 0.5 },
      { atMs: 1.5 },
      { atMs: Number.NaN },
      { expiresAtMs: Date.now() + 3_600_000.5 },
      { expiresAtMs: Number.POSITIVE_INFINITY },
    ])('refuse an append of %o, whole', async (odd) => {
      const backend = await open();
      await expect(backend.append(id, append(0, odd))).rejects.toMatchObject({ code: 'wrong-use' });
      expect(await backend.read(id)).toBeUndefined();
    });

    test('that do not exist refuse an append on a later revision', async () => {
      const backend = await open();
      expect(await backend.append(id, append(4))).toEqual({ kind: 'conflict', expected: 4, actual: 0 });
      expect(await backend.read(id)).toBeUndefined();
    });

    test('take each revision from one of several clients only', async () => {
      const place = await openPlace();
      const clients = [place.open(), place.open(), place.open()];
      for (let revision = 0; revision < 10; revision++) {
        const answers = await Promise.all(
          clients.flatMap((client, n) => [
            client.append(id, append(revision, { event: Buffer.from(`client ${n}`) })),
            client.append(id, append(revision, { event: Buffer.from(`client ${n} again`) })),
          ]),
        );
        expect(answers.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
      }
      expect(revisions((await clients[0]?.read(id))?.events)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    test('keep any bytes', async () => {
      const backend = await open();
      const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      // A view into something larger: what lies around it is not stored.
      await backend.append(id, append(0, { event: every.subarray(10, 200) }));
      await backend.append(id, append(1, { event: new Uint8Array() }));
      await backend.putSnapshot(id, { revision: 2, bytes: every, keep: 1, dropEventsThrough: 0 });
      const game = await backend.read(id);
      expect(game?.events.map(({ bytes }) => [...bytes])).toEqual([[...every.subarray(10, 200)], []]);
      expect(game?.snapshots.map(({ bytes }) => [...bytes])).toEqual([[...every]]);
    });

    test('take a snapshot with the transition, instead of its event, and keep the newest of them', async () => {
      const backend = await open();
      await backend.append(id, append(0));
      for (let revision = 1; revision < 4; revision++) {
        const { event: _, ...without } = append(revision);
        const snapshot = { bytes: Buffer.from(`state ${revision + 1}`), keep: 2 };
        expect(await backend.append(id, { ...without, snapshot })).toMatchObject({ kind: 'committed' });
      }
      const game = await backend.read(id);
      expect(game?.revision).toBe(4);
      expect(revisions(game?.events)).toEqual([1]);
      expect(texts(game?.snapshots)).toEqual(['3 state 3', '4 state 4']);
    });

    test('take a snapshot and an event in one step', async () => {
      const backend = await open();
      await backend.append(id, append(0, { snapshot: { bytes: Buffer.from('state 1'), keep: 1 } }));
      const refused = append(0, { snapshot: { bytes: Buffer.from('other'), keep: 1 } });
      expect(await backend.append(id, refused)).toMatchObject({ kind: 'conflict' });
      const game = await backend.read(id);
      expect(texts(game?.events)).toEqual(['1 event 1']);
      expect(texts(game?.snapshots)).toEqual(['1 state 1']);
    });

    test('refuse a transition that brings neither event nor snapshot', async () => {
      const { event: _, ...without } = append(0);
      await expect((await open()).append(id, without)).rejects.toMatchObject({ code: 'wrong-use' });
    });

    test('of hostile ids stay apart, and are found under their ids', async () => {
      const backend = await open();
      for (const hostile of hostileIds) {
        await backend.append(parseGameId(hostile), append(0, { event: Buffer.from(hostile) }));
      }
      for (const hostile of hostileIds) {
        const game = await backend.read(parseGameId(hostile));
        expect(game?.id).toBe(hostile);
        expect(texts(game?.events)).toEqual([`1 ${hostile}`]);
      }
      expect((await allIds(backend)).sort()).toEqual([...hostileIds].sort());
    });

    test('keep the absolute time of their deletion', async () => {
      const backend = await open();
      const expiresAtMs = Date.now() + 3_600_000;
      await backend.append(id, append(0, { expiresAtMs }));
      expect((await backend.read(id))?.expiresAtMs).toBe(expiresAtMs);
    });

    test('stay for good after an append that names no time of deletion', async () => {
      const backend = await open();
      await backend.append(id, append(0, { expiresAtMs: Date.now() + 3_600_000 }));
      await backend.append(id, append(1));
      expect(await backend.read(id)).not.toHaveProperty('expiresAtMs');
    });

    test('are absent everywhere once they have expired', async () => {
      const backend = await open();
      await play(backend, 1);
      await backend.append(id, append(1, { expiresAtMs: Date.now() - 1 }));
      expect(await backend.read(id)).toBeUndefined();
      expect(await backend.readRecords([{ id, layout: 'current' }])).toEqual([{ kind: 'absent' }]);
      expect(await allIds(backend)).toEqual([]);
      expect((await backend.census()).games).toEqual([]);
      expect(
        await backend.putSnapshot(id, { revision: 1, bytes: Buffer.of(1), keep: 1, dropEventsThrough: 0 }),
      ).toEqual({
        kind: 'refused',
        actual: 0,
      });
    });

    test('begin anew after they have expired', async () => {
      const backend = await open();
      await play(backend, 2);
      await backend.append(id, append(2, { expiresAtMs: Date.now() - 1 }));
      expect(await backend.append(id, append(0))).toEqual({ kind: 'committed', revision: 1 });
      expect(revisions((await backend.read(id))?.events)).toEqual([1]);
    });
  });

  describe('snapshots', () => {
    const snapshot = (revision: number, more: { keep?: number; dropEventsThrough?: number } = {}) => ({
      revision,
      bytes: Buffer.from(`state ${revision}`),
      keep: 5,
      dropEventsThrough: 0,
      ...more,
    });

    test('that are writes keep their name when a server of another strategy takes one, so that a lost answer is found', async () => {
      const backend = await open();
      const writer = faultyBackend(backend);
      const { engine } = engineRoom(writer, { strategy: 'snapshot-only' });
      const made = await engine.create(id, { n: 1 }, 'ada');
      if (made.kind !== 'committed') throw new Error(`The game was not made: ${made.kind}`);
      writer.fail({ writes: 'after', readsFail: true });
      const lost = await engine.append(id, move('PREPARATION', { n: 2 }), made);
      if (lost.kind !== 'unpersisted') throw new Error(`The answer was not lost: ${lost.kind}`);

      const other = engineRoom(backend, { strategy: 'hybrid' }).engine;
      expect(await other.load(id)).toMatchObject({ revision: 2, state: { n: 2 } });
      expect(await other.snapshot(id, 'manual')).toBe('stored');

      writer.fail({});
      expect(await engine.append(id, move('DECLARATION', { n: 3 }), lost)).toMatchObject({
        kind: 'committed',
        revision: 3,
        ahead: 0,
      });
    });

    test('are read back in the order of their revisions', async () => {
      const backend = await open();
      await play(backend, 10);
      for (const revision of [10, 2, 9]) {
        expect(await backend.putSnapshot(id, snapshot(revision))).toEqual({ kind: 'stored' });
      }
      expect(texts((await backend.read(id))?.snapshots)).toEqual(['2 state 2', '9 state 9', '10 state 10']);
    });

    test('are trimmed to the newest ones, and the events that one stands for are dropped with it', async () => {
      const backend = await open();
      await play(backend, 11);
      for (const revision of [2, 9, 10]) await backend.putSnapshot(id, snapshot(revision));
      await backend.putSnapshot(id, snapshot(11, { keep: 2, dropEventsThrough: 9 }));
      const game = await backend.read(id);
      expect(revisions(game?.snapshots)).toEqual([10, 11]);
      expect(revisions(game?.events)).toEqual([10, 11]);
    });

    test('replace one of the same revision', async () => {
      const backend = await open();
      await play(backend, 1);
      await backend.putSnapshot(id, snapshot(1));
      await backend.putSnapshot(id, { ...snapshot(1), bytes: Buffer.from('again') });
      expect(texts((await backend.read(id))?.snapshots)).toEqual(['1 again']);
    });

    test('of a revision that the game has not reached are refused', async () => {
      const backend = await open();
      await play(backend, 2);
      expect(await backend.putSnapshot(id, snapshot(3, { dropEventsThrough: 2 }))).toEqual({
        kind: 'refused',
        actual: 2,
      });
      const game = await backend.read(id);
      expect(game?.snapshots).toEqual([]);
      expect(revisions(game?.events)).toEqual([1, 2]);
    });

    test('of a game that does not exist are refused', async () => {
      expect(await (await open()).putSnapshot(id, snapshot(1))).toEqual({ kind: 'refused', actual: 0 });
    });

    test('cannot take events with them that they do not stand for', async () => {
      const backend = await open();
      await play(backend, 3);
      await expect(backend.putSnapshot(id, snapshot(2, { dropEventsThrough: 3 }))).rejects.toMatchObject({
        code: 'wrong-use',
      });
      expect(revisions((await backend.read(id))?.events)).toEqual([1, 2, 3]);
    });
  });
}

async function allIds(backend: Backend): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of backend.scan()) ids.push(...page.map((key) => key.id));
  return ids;
}
