import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KeptArchive } from '../../../src/backup/protection.ts';
import { judgeRetention, type RetentionPolicy } from '../../../src/backup/retention.ts';

const dayMs = 24 * 60 * 60_000;
const slackMs = 5 * 60_000;
const nowMs = Date.parse('2026-11-23T12:54:00Z');

const policy: RetentionPolicy = {
  maxAgeMs: 30 * dayMs,
  keepLast: 3,
  keepDaily: 7,
  keepWeekly: 4,
  includeRetired: false,
};

const anyPolicy = fc.record({
  maxAgeMs: fc.integer({ min: 1, max: 60 }).map((days) => days * dayMs),
  keepLast: fc.integer({ min: 1, max: 4 }),
  keepDaily: fc.integer({ min: 1, max: 4 }),
  keepWeekly: fc.integer({ min: 1, max: 4 }),
  includeRetired: fc.boolean(),
});

/** Around now, also of clocks that were ahead. */
const moment = fc.integer({ min: -200 * 24, max: 20 * 24 }).map((hours) => nowMs + hours * 3_600_000);

const anyArchives = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,6}$/),
    endedAtMs: moment,
    isVerified: fc.boolean(),
    kind: fc.constantFrom('whole' as const, 'part' as const, 'retired' as const),
  }),
  { maxLength: 25, selector: ({ name }) => name },
);

function removed(archives: readonly KeptArchive[], given: RetentionPolicy = policy, atMs = nowMs) {
  const { fates } = judgeRetention(archives, given, atMs);
  return fates.filter(({ fate }) => fate.kind === 'removed').map(({ archive }) => archive);
}

const names = (archives: readonly KeptArchive[]) => archives.map(({ name }) => name);
const isTrusted = ({ isVerified, endedAtMs }: KeptArchive, atMs: number) =>
  isVerified && endedAtMs <= atMs + slackMs;

const archive = (name: string, ageDays: number, more: Partial<KeptArchive> = {}): KeptArchive => ({
  name,
  endedAtMs: nowMs - ageDays * dayMs,
  isVerified: true,
  kind: 'whole',
  ...more,
});

/** One a day, the newest first. */
const daily = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => archive(`day-${from + index}`, from + index));

describe('what retention removes', () => {
  test('is never the newest verified archive, whatever the clock says', () => {
    fc.assert(
      fc.property(anyArchives, anyPolicy, moment, (archives, given, atMs) => {
        const whole = archives.filter((one) => one.kind === 'whole' && isTrusted(one, atMs));
        const newestAtMs = Math.max(...whole.map(({ endedAtMs }) => endedAtMs));
        const gone = removed(archives, given, atMs);
        expect(gone.filter(({ endedAtMs }) => endedAtMs >= newestAtMs)).toEqual([]);
        if (whole.length === 0) expect(gone).toEqual([]);
      }),
    );
  });

  test('leaves as many verified archives of all games as are to be kept, as long as there are so many', () => {
    fc.assert(
      fc.property(anyArchives, anyPolicy, moment, (archives, given, atMs) => {
        const whole = archives.filter((one) => one.kind === 'whole' && isTrusted(one, atMs));
        const gone = new Set(removed(archives, given, atMs));
        const left = whole.filter((one) => !gone.has(one));
        expect(left.length).toBeGreaterThanOrEqual(Math.min(given.keepLast, whole.length));
        const days = (of: readonly KeptArchive[]) =>
          new Set(of.map(({ endedAtMs }) => Math.floor(endedAtMs / dayMs))).size;
        expect(days(left)).toBeGreaterThanOrEqual(Math.min(given.keepDaily, days(whole)));
      }),
    );
  });

  test('is verified, and older than the newest verified one by more than is kept', () => {
    fc.assert(
      fc.property(anyArchives, anyPolicy, moment, (archives, given, atMs) => {
        const whole = archives.filter((one) => one.kind === 'whole' && isTrusted(one, atMs));
        const newestAtMs = Math.max(...whole.map(({ endedAtMs }) => endedAtMs));
        for (const one of removed(archives, given, atMs)) {
          expect(isTrusted(one, atMs)).toBe(true);
          expect(newestAtMs - one.endedAtMs).toBeGreaterThan(given.maxAgeMs);
          expect(one.kind === 'retired' && !given.includeRetired).toBe(false);
        }
      }),
    );
  });

  test('does not depend on archives that failed', () => {
    fc.assert(
      fc.property(anyArchives, anyPolicy, (archives, given) => {
        const sound = archives.filter(({ isVerified }) => isVerified);
        expect(names(removed(archives, given))).toEqual(names(removed(sound, given)));
      }),
    );
  });

  test('is no more with a clock that was set back than with the right one', () => {
    fc.assert(
      fc.property(anyArchives, anyPolicy, moment, moment, (archives, given, one, other) => {
        const [backMs, rightMs] = [Math.min(one, other), Math.max(one, other)];
        const right = new Set(names(removed(archives, given, rightMs)));
        // What a clock that is behind takes for the future it neither counts from nor removes, so floors reach further.
        for (const { name, endedAtMs } of removed(archives, given, backMs)) {
          expect(endedAtMs).toBeLessThanOrEqual(backMs + slackMs);
          expect([...right]).toContain(name);
        }
      }),
    );
  });

  test('is all of it at once: a second time removes nothing', () => {
    fc.assert(
      fc.property(anyArchives, anyPolicy, (archives, given) => {
        const gone = new Set(removed(archives, given));
        expect(
          removed(
            archives.filter((one) => !gone.has(one)),
            given,
          ),
        ).toEqual([]);
      }),
    );
  });
});

describe('retention', () => {
  test('keeps 30 days back from the newest verified archive, however long ago that was', () => {
    const archives = daily(40, 100);
    expect(names(removed(archives))).toEqual(names(archives.slice(31)));
  });

  test('removes nothing while backups fail', () => {
    const failing = daily(60).map((one) => ({ ...one, isVerified: false }));
    const before = daily(30, 60);
    expect(removed([...failing, ...before])).toEqual([]);
  });

  test('does not count from backups of an empty storage, or of a part of the games', () => {
    const parts = daily(60).map((one) => ({ ...one, kind: 'part' as const }));
    const before = daily(30, 60);
    expect(removed([...parts, ...before])).toEqual([]);
  });

  test('removes nothing where everything is from the future, and counts from nothing that is', () => {
    const archives = daily(60);
    expect(removed(archives, policy, nowMs - 100 * dayMs)).toEqual([]);
    const ahead = archive('ahead', -300);
    expect(removed([ahead, ...daily(20)])).toEqual([]);
    const { newest, fates } = judgeRetention([ahead, ...daily(2)], policy, nowMs);
    expect(newest?.name).toBe('day-0');
    expect(fates[0]?.fate.kind).toBe('ignored');
  });

  test('keeps the newest of each week and day where backups are rare', () => {
    const rare = Array.from({ length: 12 }, (_, index) => archive(`week-${index}`, index * 7));
    expect(names(removed(rare))).toEqual(['week-7', 'week-8', 'week-9', 'week-10', 'week-11']);
    const floors = { ...policy, keepLast: 1, keepDaily: 1 };
    expect(names(removed(rare, floors))).toEqual([
      'week-5',
      'week-6',
      'week-7',
      'week-8',
      'week-9',
      'week-10',
      'week-11',
    ]);
  });

  test('keeps archives of retired games unless told otherwise, and those of restores by their age', () => {
    const archives = [
      archive('new', 0),
      archive('retired', 90, { kind: 'retired' }),
      archive('old-safety', 90, { kind: 'part' }),
      archive('safety', 9, { kind: 'part' }),
    ];
    expect(names(removed(archives))).toEqual(['old-safety']);
    expect(names(removed(archives, { ...policy, includeRetired: true }))).toEqual(['retired', 'old-safety']);
  });
});
