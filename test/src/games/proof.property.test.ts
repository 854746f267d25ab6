import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCodec } from '../../../src/engine/codec.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { rowOf } from '../../../src/games/rows.ts';
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

test('any event or snapshot that is lost is found, but for snapshots and what was compacted', async () => {
  const world = gamesWorld();
  await world.play('room-1');
  const record = await world.record('room-1');
  for (let revision = 2; revision <= 7; revision++) {
    const changed = damaged(record, (fields) => fields.delete(`e:${revision}`));
    // A snapshot of the revision stands in for its event.
    const isBridged = revision === 4 || revision === 6;
    expect(problemsIn(changed).length > 0).toBe(!isBridged);
  }
});
