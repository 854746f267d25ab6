import { expect, test } from 'vitest';
import { refusalsBy } from '../../../src/backend/refusals.ts';
import type { PlannedGame } from '../../../src/backup/restore-decision.ts';
import { createEstimate, estimateLines } from '../../../src/backup/restore-estimate.ts';
import { recordBytes } from '../../../src/game/record-codec.ts';
import { gameRecord } from '../../setup/archived-records.ts';

const took = { readMs: 1_000, compareMs: 4_000 };
const planned = (does: PlannedGame['does']): PlannedGame => ({
  ...{ id: 'x', layout: 'current', archived: 'a', found: 'f', does },
});
const there = gameRecord({ id: 'x', fields: { state: 'y'.repeat(500) } });
const record = { kind: 'record', record: there } as const;
const absent = { kind: 'absent' } as const;

test('the bytes of an estimate are those that are written, and those that are kept first', () => {
  const estimate = createEstimate(refusalsBy(() => undefined));
  estimate.add(planned('create'), { sizeBytes: 1_000 }, absent);
  estimate.add(planned('update'), { sizeBytes: 3_000 }, record);
  estimate.add(planned('delete'), { sizeBytes: 9_000 }, record);
  estimate.add(planned('unchanged'), { sizeBytes: 9_000 }, record);
  const total = estimate.total(took);
  expect(total).toMatchObject({ writtenGames: 2, writtenBytes: 4_000, removedGames: 1 });
  expect(total.keptBytes).toBe(2 * recordBytes(there));
  expect(estimateLines(total)[0]).toBe(
    'Writes 3.9 KiB (2 games), removes 1 game, after keeping 1.1 KiB of what is there',
  );
});

test('an estimated time goes by what planning took, and a table by what it was given', () => {
  const capacity = { of: () => ({ reads: 1, writes: 50 }) };
  const onDemand = createEstimate(refusalsBy(() => undefined, capacity));
  const given = createEstimate(refusalsBy(() => undefined, { ...capacity, writesPerSecond: 2 }));
  for (const each of [onDemand, given])
    each.add(planned('create'), { sizeBytes: 1, ...{ capacity: capacity.of() } }, absent);
  expect(onDemand.total(took).durationMs).toBe(2 * 1_000 + 5 * 4_000);
  expect(given.total(took).durationMs).toBe(2 * 1_000 + 25_000);
});

test('an estimate says what many units cost', () => {
  const capacity = { of: () => ({ reads: 1, writes: 1 }) };
  const estimate = createEstimate(refusalsBy(() => undefined, capacity));
  estimate.add(
    planned('create'),
    { sizeBytes: 1, capacity: { reads: 8_000_000, writes: 4_000_000 } },
    absent,
  );
  expect(estimateLines(estimate.total(took)).at(-1)).toBe(
    'DynamoDB: about 4,000,000 write and 8,000,001 read units, 3.50 USD at the on-demand prices of us-east-1',
  );
});
