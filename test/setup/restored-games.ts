import fc from 'fast-check';
import { keyText } from '../../src/game/record-words.ts';
import { anyRecords, gameRecord } from './archived-records.ts';

/** After the virtual clock's first moment, when archives are made, and before restores are planned. */
const soonMs = Date.parse('2026-11-23T03:00:01.000Z');
/** How far the clock is to be advanced in between. */
export const untilExpiredMs = 2000;

/**
 * Two versions of some games: those in the archive and those in the target, some in both, some equal. Of those in the
 * archive some will have expired.
 */
export const archiveAndTarget = anyRecords(8).chain((records) =>
  fc
    .record({
      expiring: fc.subarray(records),
      kept: fc.subarray(records),
      changed: fc.subarray(records),
      shift: fc.integer({ min: -3, max: 3 }),
      others: anyRecords(4),
    })
    .map(({ expiring, kept, changed, shift, others }) => {
      const archived = records.map((record) =>
        expiring.includes(record) ? { ...record, expiresAtMs: soonMs } : record,
      );
      const alive = kept.filter((record) => !expiring.includes(record));
      const present = new Map([...others, ...alive].map((record) => [keyText(record), record]));
      for (const { id, layout, revision = 1 } of changed) {
        const other = gameRecord({ id, layout, revision: Math.max(1, revision + shift), phase: 'SCORING' });
        present.set(keyText(other), other);
      }
      return { archived, present: [...present.values()] };
    }),
);
