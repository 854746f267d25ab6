import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTopRows, rowOrders } from '../../../src/games/top-rows.ts';
import { gameRow } from '../../setup/fake-games.ts';

const rows = fc.uniqueArray(
  fc
    .record({
      id: fc.string({ minLength: 1, maxLength: 3 }),
      updatedAtMs: fc.option(fc.nat(9), { nil: undefined }),
      sizeBytes: fc.option(fc.nat(9), { nil: undefined }),
      events: fc.option(fc.nat(9), { nil: undefined }),
    })
    .map(({ id, ...known }) => {
      const given = Object.entries(known).filter(([, value]) => value !== undefined);
      const { updatedAtMs: _, sizeBytes: __, events: ___, ...rest } = gameRow(id);
      return { ...rest, ...Object.fromEntries(given) };
    }),
  { selector: ({ id }) => id, maxLength: 40 },
);

test.each(rowOrders)('the first rows by %s are the same whatever the pages', (order) => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 10 }), (all, limit) => {
      const [paged, whole] = [createTopRows(order, limit), createTopRows(order, 1000)];
      for (const row of all) paged.add([row]);
      whole.add(all);
      expect(paged.rows()).toEqual(whole.rows().slice(0, limit));
      expect(paged.total).toBe(all.length);
    }),
  );
});

test('what is not known comes last', () => {
  const { sizeBytes: _, ...unknown } = gameRow('unknown');
  const top = createTopRows('size', 10);
  top.add([unknown, gameRow('small', { sizeBytes: 1 }), gameRow('large', { sizeBytes: 9 })]);
  expect(top.rows().map(({ id }) => id)).toEqual(['large', 'small', 'unknown']);
});
