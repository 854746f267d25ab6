import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { copyRecord } from '../../../src/backend/dual-write/copy-record.ts';
import { type DualWriteOptions, withDualWrite } from '../../../src/backend/dual-write/dual-write.ts';
import type { Divergence } from '../../../src/backend/dual-write/mirror.ts';
import type { Append, Backend } from '../../../src/backend/port.ts';
import { parseGameId } from '../../../src/game/game.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { type FaultMode, faultSwitch } from '../../setup/fault-switch.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const id = parseGameId('a');

const appendTo = (expectedRevision: number, more: Partial<Append> = {}): Append => ({
  expectedRevision,
  phase: 'TURN',
  atMs: 1_000 + expectedRevision,
  event: Buffer.from(`event ${expectedRevision + 1}`),
  ...more,
});

function pair(options: Partial<DualWriteOptions> = {}) {
  const clock = virtualClock();
  const [one, two] = [recordBackend(clock), recordBackend(clock)];
  const [primary, secondary] = [faultSwitch(one), faultSwitch(two)];
  const told: Divergence[] = [];
  const dual = withDualWrite(primary.backend, secondary.backend, {
    clock,
    listener: { diverged: ({ reason }) => told.push(reason) },
    ...options,
  });
  return { clock, one, two, primary, secondary, dual, told, settled: () => dual.dualWrite.settle() };
}

async function play(backend: Pick<Backend, 'append'>, count: number, from = 0) {
  for (let at = from; at < from + count; at++) await backend.append(id, appendTo(at));
}

describe('a backend with dual writes', () => {
  test('leaves both places with the same records, whatever was written', async () => {
    const { one, two, dual, told, settled } = pair();
    await play(dual, 3);
    await dual.putSnapshot(id, { revision: 2, bytes: Buffer.of(7), keep: 1, dropEventsThrough: 1 });
    await dual.append(id, appendTo(3, { snapshot: { bytes: Buffer.of(8), keep: 1 } }));
    await dual.replaceRecord(legacyRecord('b'), 'absent');
    await dual.replaceRecord(currentRecord('c'), 'absent');
    await dual.removeRecord({ id: 'c', layout: 'current' }, recordDigest(currentRecord('c')));
    expect(await settled()).toBe(0);
    expect(two.digests()).toEqual(one.digests());
    expect(Object.keys(two.digests())).toEqual(['current:a', 'legacy:b']);
    expect(told).toEqual([]);
  });

  test('answers before the secondary was asked, and as if it were not there', async () => {
    const { two, dual } = pair();
    two.beforeWrite = () => {
      throw new Error('the secondary is on fire');
    };
    expect(await dual.append(id, appendTo(0))).toEqual({ kind: 'committed', revision: 1 });
    expect(await dual.append(id, appendTo(5))).toEqual({ kind: 'conflict', expected: 5, actual: 1 });
    expect(await dual.read(id)).toMatchObject({ revision: 1 });
  });

  test('does nothing on the secondary when the primary refuses', async () => {
    const { two, dual, settled } = pair();
    await dual.append(id, appendTo(4));
    await dual.putSnapshot(id, { revision: 4, bytes: Buffer.of(1), keep: 1, dropEventsThrough: 0 });
    await dual.replaceRecord(currentRecord('b'), 'f'.repeat(64));
    await settled();
    expect(two.writes).toEqual([]);
  });

  test('brings over a whole game of which the secondary missed the beginning', async () => {
    const { one, two, dual, told, settled } = pair();
    await play(one, 2);
    await dual.append(id, appendTo(2));
    expect(await settled()).toBe(0);
    expect(two.digests()).toEqual(one.digests());
    expect(told).toEqual(['missed']);
  });

  test('tells a conflict, and leaves alone what the secondary has beyond the primary', async () => {
    const { two, dual, told, settled } = pair();
    await play(two, 3);
    const before = two.digests();
    await dual.append(id, appendTo(0));
    expect(await settled()).toBe(1);
    expect(two.digests()).toEqual(before);
    expect(new Set(told)).toEqual(new Set(['conflict']));
  });

  test('counts a failing secondary, and brings the game over with its next write', async () => {
    const { one, two, secondary, dual, told } = pair();
    secondary.mode = 'before';
    await dual.append(id, appendTo(0));
    await vi.waitFor(() => expect(dual.dualWrite.waiting()).toBe(0));
    await vi.waitFor(() => expect(dual.dualWrite.diverging()).toBe(1));
    expect(new Set(told)).toEqual(new Set(['failed']));
    secondary.mode = 'none';
    await dual.append(id, appendTo(1));
    await vi.waitFor(() => expect(two.digests()).toEqual(one.digests()));
    expect(dual.dualWrite.diverging()).toBe(0);
  });

  test('brings over the games that a failing secondary did not take, once others are taken again', async () => {
    const { one, two, secondary, dual } = pair();
    secondary.mode = 'before';
    for (const game of ['b', 'c']) await dual.append(parseGameId(game), appendTo(0));
    await vi.waitFor(() => expect(dual.dualWrite.diverging()).toBe(2));
    secondary.mode = 'none';
    await play(dual, 2);
    await vi.waitFor(() => expect(dual.dualWrite.diverging()).toBe(0));
    expect(two.digests()).toEqual(one.digests());
  });

  test.each<[FaultMode, number]>([
    ['before', 0],
    ['after', 1],
  ])('looks up what became of a write whose answer was lost (%s it was stored)', async (mode, stored) => {
    const { one, two, primary, dual, settled } = pair();
    primary.mode = mode;
    await expect(dual.append(id, appendTo(0))).rejects.toMatchObject({ code: 'backend-unreachable' });
    primary.mode = 'none';
    expect(await settled()).toBe(0);
    expect(one.records.size).toBe(stored);
    expect(two.digests()).toEqual(one.digests());
  });

  test('finds with the writes of others that a conflict was settled, and counts it once until then', async () => {
    const { clock, one, two, dual, told } = pair();
    const ended = parseGameId('ended');
    two.records.set('current:ended', currentRecord('ended', { rev: '9' }));
    await dual.append(ended, appendTo(0));
    await vi.waitFor(() => expect(dual.dualWrite.diverging()).toBe(1));
    const playAnother = async (at: number) => {
      clock.advance(100);
      await dual.append(id, appendTo(at));
      await vi.waitFor(() => expect(dual.dualWrite.waiting()).toBe(0));
    };
    await playAnother(0);
    await playAnother(1);
    expect(dual.dualWrite.diverging()).toBe(1);
    const settled = one.records.get('current:ended');
    if (settled) two.records.set('current:ended', settled);
    await playAnother(2);
    await vi.waitFor(() => expect(dual.dualWrite.diverging()).toBe(0));
    expect(told).toEqual(['conflict']);
  });

  test('replaces what waits by one copy a game when the secondary is slow', async () => {
    const limits = { parallel: 1, waitingWrites: 10, waitingBytes: 1_000_000 };
    const { one, two, dual, told, settled } = pair({ limits });
    await play(dual, 1);
    for (let at = 1; at < 40; at++) void dual.append(id, appendTo(at));
    await vi.waitFor(() => expect(one.records.get('current:a')?.revision).toBe(40));
    expect(await settled()).toBe(0);
    expect(two.digests()).toEqual(one.digests());
    expect(told).toContain('missed');
    expect(two.writes.length).toBeLessThan(40);
  });

  test('has done what waits when it is closed', async () => {
    const { one, two, dual } = pair();
    await play(dual, 20);
    await dual.close();
    expect(two.digests()).toEqual(one.digests());
  });

  test('closes in spite of a secondary that never answers, and tells what it missed', async () => {
    const { one, two, clock, told } = pair();
    const hanging = { ...two, append: () => new Promise<never>(() => {}) };
    const dual = withDualWrite(one, hanging, { clock, listener: { diverged: (e) => told.push(e.reason) } });
    await play(dual, 3);
    await dual.close();
    expect(told).toEqual(['missed']);
  });

  test('refuses a primary that is read from a replica', () => {
    const { one, two, clock } = pair();
    expect(() => withDualWrite({ ...one, readsFrom: 'replica' }, two, { clock })).toThrow('replica');
  });
});

const ids = ['a', 'b'].map(parseGameId);
const anyId = fc.constantFrom(...ids);
const anyMode = (modes: readonly FaultMode[]) => fc.constantFrom<FaultMode>('none', ...modes);

type World = ReturnType<typeof pair>;
type Act = (world: World) => Promise<unknown> | unknown;

const revisionAt = ({ one }: World, game: string) => one.records.get(`current:${game}`)?.revision ?? 0;

const appending = fc.tuple(anyId, fc.nat(3), fc.boolean()).map(
  ([game, mark, snapshot]): Act =>
    (world) => {
      const more = { atMs: mark, ...(snapshot ? { snapshot: { bytes: Buffer.of(mark), keep: 2 } } : {}) };
      return world.dual.append(game, appendTo(revisionAt(world, game), more));
    },
);
const snapshotting = fc.tuple(anyId, fc.nat(3)).map(
  ([game, mark]): Act =>
    (world) => {
      const revision = Math.max(1, revisionAt(world, game) - 1);
      return world.dual.putSnapshot(game, {
        revision,
        bytes: Buffer.of(mark),
        keep: 2,
        dropEventsThrough: 0,
      });
    },
);
const replacing = fc.tuple(anyId, fc.integer({ min: 1, max: 4 })).map(
  ([game, rev]): Act =>
    (world) => {
      const found = world.one.records.get(`current:${game}`);
      return world.dual.replaceRecord(
        currentRecord(game, { rev: String(rev) }),
        found ? recordDigest(found) : 'absent',
      );
    },
);
const removing = anyId.map(
  (game): Act =>
    ({ one, dual }) => {
      const found = one.records.get(`current:${game}`);
      return found && dual.removeRecord(found, recordDigest(found));
    },
);
const failing = (modes: readonly FaultMode[]) =>
  fc.tuple(anyMode(modes), anyMode(modes)).map(
    ([first, second]): Act =>
      (world) => {
        world.primary.mode = first;
        world.secondary.mode = second;
      },
  );
const delivering = fc.constant<Act>(async ({ primary, secondary }) => {
  await primary.deliver();
  await secondary.deliver();
});
const resting = fc.constant<Act>(() => new Promise((resolve) => setImmediate(resolve)));

const steps = (acts: readonly fc.Arbitrary<Act>[]) => fc.array(fc.oneof(...acts), { maxLength: 25 });

async function runAll(world: World, acts: readonly Act[], after: (world: World) => void): Promise<void> {
  for (const act of acts) {
    try {
      await act(world);
    } catch {
      // The caller of a failing primary is told; what becomes of the places is looked at here.
    }
    after(world);
  }
  world.primary.mode = 'none';
  world.secondary.mode = 'none';
}

function expectNotAhead(world: World): void {
  for (const [key, record] of world.two.records) {
    expect(record.revision).toBeLessThanOrEqual(world.one.records.get(key)?.revision ?? 0);
  }
}

test('whatever fails, the secondary never has a revision that the primary lacks, and ends up the same', () =>
  fc.assert(
    fc.asyncProperty(
      steps([appending, appending, snapshotting, failing(['before', 'after', 'late']), delivering, resting]),
      async (acts) => {
        const world = pair();
        await runAll(world, acts, expectNotAhead);
        await world.primary.deliver();
        await world.secondary.deliver();
        await world.settled();
        expectNotAhead(world);
        // A write that arrived at the primary long after it was given up is found by those who look, as a backfill.
        const sides = { primary: world.one, secondary: world.two };
        for (const game of ids) await copyRecord(sides, { id: game, layout: 'current' }, false);
        expect(world.two.digests()).toEqual(world.one.digests());
      },
    ),
    { numRuns: 300 },
  ));

test('games that are replaced and removed on the primary end up the same without anybody looking', () =>
  fc.assert(
    fc.asyncProperty(
      steps([appending, snapshotting, replacing, removing, failing(['before', 'after']), resting]),
      async (acts) => {
        const world = pair();
        await runAll(world, acts, () => {});
        expect(await world.settled()).toBe(0);
        expect(world.two.digests()).toEqual(world.one.digests());
      },
    ),
    { numRuns: 300 },
  ));
