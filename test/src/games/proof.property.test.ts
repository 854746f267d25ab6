import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCodec } from '../../../src/engine/codec.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { rowOf } from '../../../src/games/rows.ts';
import { writings } from '../../setup/engine-room.ts';
import { damaged, gamesWorld } from '../../setup/games-world.ts';

const codec = createCodec({ compression: true });

function problemsIn(record: GameRecord) {
  const row = rowOf(record, { kind: 'record', record }, false, { decoder: codec, depth: 'proof' });
  return row?.problems ?? [];
}

const decoded = (field: string, bytes: Uint8Array) => {
  try {
    return field.startsWith('e:')
      ? codec.decodeEvent(bytes, 'room-1')
      : codec.decodeSnapshot(bytes, 'room-1');
  } catch {
    return 'unreadable';
  }
};

test('any bit that flips in any event or snapshot is found in its field', async () => {
  const world = gamesWorld();
  await world.play('room-1');
  const record = await world.record('room-1');
  expect(problemsIn(record)).toEqual([]);
  const fields = record.parts
    .map(({ name }) => Buffer.from(name).toString())
    .filter((name) => /^[es]:/.test(name));
  expect(fields).toHaveLength(9);
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.nat(), fc.nat(7), (field, seed, bit) => {
      let isSame = false;
      const changed = damaged(record, (all) => {
        const before = all.get(field) ?? new Uint8Array();
        const bytes = Uint8Array.from(before);
        const at = seed % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        // The last bits of a deflated text belong to nobody.
        isSame = JSON.stringify(decoded(field, bytes)) === JSON.stringify(decoded(field, before));
        all.set(field, bytes);
      });
      fc.pre(!isSame);
      expect(problemsIn(changed).map((problem) => problem.field)).toContain(field);
    }),
    { numRuns: 400 },
  );
});

test('any event that is lost is found, but for those that compaction removes at the front', async () => {
  const world = gamesWorld();
  await world.play('room-1');
  const record = await world.record('room-1');
  for (let revision = 2; revision <= 7; revision++) {
    const lost = damaged(record, (fields) => fields.delete(`e:${revision}`));
    expect(problemsIn(lost).map(({ field }) => field)).toContain(`e:${revision}`);
  }
  const compacted = damaged(record, (fields) => ['e:1', 'e:2', 'e:3'].map((field) => fields.delete(field)));
  expect(problemsIn(compacted)).toEqual([]);
});

test.each(writings)(
  'a game that was played ($how) has no problems, also when it was recovered since',
  async ({ settings }) => {
    const world = gamesWorld({ codec: createCodec({ compression: true, ...settings }) });
    await world.play('room-1', settings);
    const problems = async () => (await world.games.verify({ id: 'room-1' }))?.problems;
    expect(await problems()).toEqual([]);
    const revision = (await world.games.show({ id: 'room-1' }))?.snapshots[0]?.revision ?? 0;
    await world.run(world.recover, { id: 'room-1', mode: { kind: 'snapshot', revision } });
    expect(await problems()).toEqual([]);
    await world.playOn('room-1', settings);
    expect(await problems()).toEqual([]);
  },
);
