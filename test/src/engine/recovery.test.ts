import { describe, expect, test } from 'vitest';
import type { Encoded, StoredGame } from '../../../src/backend/port.ts';
import { engineRoom } from '../../setup/engine-room.ts';
import { faultyBackend } from '../../setup/faulty-backend.ts';
import { memoryBackend } from '../../setup/memory-backend.ts';
import { gameId as id, move } from '../../setup/transitions.ts';

/** Revisions 1 to 6, with snapshots of 3 and 5, in storage and in the memory of one engine. */
async function played() {
  const backend = faultyBackend(memoryBackend());
  const room = engineRoom(backend);
  await room.engine.create(id, { n: 1 }, 'ada');
  const phases = ['PREPARATION', 'DECLARATION', 'TURN', 'TURN', 'TURN'] as const;
  for (const [index, phase] of phases.entries()) {
    const revision = index + 2;
    await room.engine.append(id, move(phase, { n: revision }), { revision: revision - 1, ahead: 0 });
    if (revision === 3 || revision === 5) await room.engine.snapshot(id, 'manual');
  }
  const damage = (what: 'events' | 'snapshots', ...revisions: number[]) =>
    backend.inner.change(id, (game) => ({ ...game, [what]: damaged(game[what], revisions) }));
  return { backend, damage, restarted: () => engineRoom(backend), ...room };
}

const damaged = (records: readonly Encoded[], revisions: readonly number[]): Encoded[] =>
  records.map((record) =>
    revisions.includes(record.revision) ? { ...record, bytes: Buffer.from('damaged') } : record,
  );

const unreadable = (name: string) =>
  `${name}: The record cannot be read: its first byte is ${'d'.charCodeAt(0)}`;

describe('recovering from storage', () => {
  test('answers not-found for a game that does not exist', async () => {
    const { engine, seen } = engineRoom(memoryBackend());
    expect(await engine.recover(id)).toEqual({ kind: 'not-found' });
    expect(seen.recovery).toEqual([{ mode: 'latest', outcome: 'not_found' }]);
  });

  test('succeeds from the newest snapshot and the events after it', async () => {
    const { restarted } = await played();
    const { engine, seen } = restarted();
    expect(await engine.recover(id)).toEqual({
      kind: 'success',
      game: { id, revision: 6, ahead: 0, phase: 'TURN', state: { n: 6 }, persisted: true },
      problems: [],
    });
    expect(seen.recovery).toEqual([{ mode: 'latest', outcome: 'success' }]);
  });

  test('succeeds from an older snapshot, and names the damaged one', async () => {
    const { restarted, damage } = await played();
    damage('snapshots', 5);
    expect(await restarted().engine.recover(id)).toMatchObject({
      kind: 'success',
      game: { revision: 6, state: { n: 6 } },
      problems: [unreadable('snapshot 5')],
    });
  });

  test('succeeds from event 1 when no snapshot can be read', async () => {
    const { restarted, damage } = await played();
    damage('snapshots', 3, 5);
    expect(await restarted().engine.recover(id)).toMatchObject({
      kind: 'success',
      game: { revision: 6, state: { n: 6 } },
    });
  });

  test('is partial when the newest event is damaged, and says what is left out', async () => {
    const { restarted, damage } = await played();
    damage('events', 6);
    const { engine, seen } = restarted();
    expect(await engine.recover(id)).toMatchObject({
      kind: 'partial',
      game: { revision: 6, state: { n: 5 } },
      problems: ['revision 6 cannot be rebuilt from storage', unreadable('event 6')],
    });
    expect(seen.recovery).toEqual([{ mode: 'latest', outcome: 'partial' }]);
  });

  test('does not believe a snapshot and an event that disagree', async () => {
    const { restarted, backend } = await played();
    const other = faultyBackend(memoryBackend());
    const { engine } = engineRoom(other);
    await engine.create(id, { n: 'forged' }, 'eve');
    await engine.snapshot(id, 'manual');
    const forged = other.inner.peek(id)?.snapshots ?? [];
    backend.inner.change(id, (game) => ({
      ...game,
      revision: 1,
      events: game.events.slice(0, 1),
      snapshots: forged,
    }));
    expect(await restarted().engine.recover(id)).toMatchObject({
      kind: 'success',
      game: { state: { n: 1 } },
      problems: ['snapshot 1 and event 1 disagree about the state'],
    });
  });

  test('fails when nothing can be proved', async () => {
    const { restarted, damage } = await played();
    damage('snapshots', 3, 5);
    damage('events', 1);
    const { engine, seen } = restarted();
    const answer = await engine.recover(id);
    expect(answer).toMatchObject({ kind: 'failed' });
    expect(answer.kind === 'failed' && answer.problems[0]).toBe(
      'revisions 1 to 6 cannot be rebuilt from storage',
    );
    expect(seen.recovery).toEqual([{ mode: 'latest', outcome: 'failure' }]);
  });

  test('throws when storage cannot be read, and the observer hears of a failure', async () => {
    const { restarted, backend } = await played();
    backend.fail({ readsFail: true });
    const { engine, seen } = restarted();
    await expect(engine.recover(id)).rejects.toMatchObject({ code: 'backend-unreachable' });
    expect(seen.recovery).toEqual([{ mode: 'latest', outcome: 'failure' }]);
  });
});

describe('after a partial recovery', () => {
  async function partly() {
    const room = await played();
    room.damage('events', 6);
    const fresh = room.restarted();
    await fresh.engine.recover(id);
    return { ...fresh, restarted: room.restarted };
  }

  test('the next transition is stored whole, so that storage proves the game again', async () => {
    const { engine, restarted } = await partly();
    const answer = await engine.append(id, move('TURN', { n: 7 }), { revision: 6, ahead: 0 });
    expect(answer).toMatchObject({ kind: 'committed', revision: 7, ahead: 0 });
    expect(await restarted().engine.recover(id)).toMatchObject({
      kind: 'success',
      game: { state: { n: 7 } },
    });
  });

  test('no snapshot passes the older state off as the newest revision', async () => {
    const { engine } = await partly();
    expect(await engine.snapshot(id, 'manual')).toBe('refused');
  });
});

describe('recovering a game that memory holds', () => {
  test('brings storage up to date first', async () => {
    const { engine, flags, restarted } = await played();
    flags.persist = false;
    await engine.append(id, move('TURN', { n: 7 }), { revision: 6, ahead: 0 });
    flags.persist = true;
    expect(await engine.recover(id)).toMatchObject({
      kind: 'success',
      game: { revision: 7, state: { n: 7 } },
    });
    expect((await restarted().engine.load(id))?.state).toEqual({ n: 7 });
  });

  test('serves what only memory has, and says so', async () => {
    const { engine, flags } = await played();
    flags.persist = false;
    await engine.append(id, move('TURN', { n: 7 }), { revision: 6, ahead: 0 });
    expect(await engine.recover(id)).toMatchObject({
      kind: 'partial',
      game: { revision: 6, ahead: 1, state: { n: 7 }, persisted: false },
      problems: ['1 of its transitions are only in memory'],
    });
  });

  test('serves memory where storage is damaged, and the next transition heals storage', async () => {
    const { engine, damage, restarted } = await played();
    damage('events', 6);
    expect(await engine.recover(id)).toMatchObject({
      kind: 'partial',
      game: { revision: 6, state: { n: 6 } },
    });
    await engine.append(id, move('TURN', { n: 7 }), { revision: 6, ahead: 0 });
    expect(await restarted().engine.recover(id)).toMatchObject({
      kind: 'success',
      game: { state: { n: 7 } },
    });
  });

  test.each<[string, (game: StoredGame) => StoredGame | undefined, number, string]>([
    ['is gone from storage', () => undefined, 0, 'storage does not have this game'],
    [
      'was put back in storage',
      (game) => ({ ...game, revision: 4, events: game.events.slice(0, 4), snapshots: [] }),
      4,
      'storage is back at revision 4',
    ],
  ])('serves memory when the game %s, and names it', async (_what, change, storedRevision, problem) => {
    const { engine, backend } = await played();
    backend.inner.change(id, change);
    expect(await engine.recover(id)).toMatchObject({
      kind: 'partial',
      game: { revision: 6, state: { n: 6 } },
      problems: [problem],
    });
    expect(engine.unpersisted().diverged).toEqual([{ id, held: { revision: 6, ahead: 0 }, storedRevision }]);
  });

  test('does not miss a finished game that storage let go', async () => {
    const { engine, backend } = await played();
    await engine.append(id, move('SCORING', { n: 7 }), { revision: 6, ahead: 0 });
    await engine.append(id, move('GAME_OVER', { n: 8 }), { revision: 7, ahead: 0 });
    backend.inner.change(id, () => undefined);
    expect(await engine.recover(id)).toMatchObject({ kind: 'partial', game: { state: { n: 8 } } });
    expect(engine.unpersisted()).toMatchObject({ games: 0, diverged: [] });
  });

  test('serves storage when another server went further', async () => {
    const { engine, restarted } = await played();
    await restarted().engine.append(id, move('TURN', { n: 7 }), { revision: 6, ahead: 0 });
    expect(await engine.recover(id)).toMatchObject({
      kind: 'success',
      game: { revision: 7, state: { n: 7 } },
    });
  });

  test('leaves memory as it is when storage cannot be read', async () => {
    const { engine, backend } = await played();
    backend.fail({ readsFail: true });
    await engine.recover(id).catch(() => {});
    expect(await engine.load(id)).toMatchObject({ revision: 6, state: { n: 6 } });
  });
});
