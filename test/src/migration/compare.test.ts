import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { keyText } from '../../../src/game/record-words.ts';
import { compareGames, verdictOf } from '../../../src/migration/compare.ts';
import { anyRecords } from '../../setup/archived-records.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

type Records = Parameters<typeof recordBackend>[1];

function sides(here: Records, there: Records) {
  const clock = virtualClock();
  const [primary, secondary] = [recordBackend(clock, here), recordBackend(clock, there)];
  return { clock, primary, secondary, compare: () => compareGames({ primary, secondary }, clock, () => {}) };
}

describe('comparing two storages', () => {
  test('counts what is the same, different, and on one side only, in both layouts', async () => {
    const { compare } = sides(
      [currentRecord('same'), currentRecord('other'), currentRecord('here'), legacyRecord('same')],
      [
        currentRecord('same'),
        currentRecord('other', { x: 'y' }),
        legacyRecord('same'),
        legacyRecord('there'),
      ],
    );
    const found = await compare();
    expect(found.counts).toEqual({
      same: 2,
      different: 1,
      'only-primary': 1,
      'only-secondary': 1,
      moving: 0,
      unreadable: 0,
    });
    expect(found.named.map(({ id, layout, is }) => [id, layout, is])).toEqual([
      ['other', 'current', 'different'],
      ['here', 'current', 'only-primary'],
      ['there', 'legacy', 'only-secondary'],
    ]);
    expect(verdictOf(found)).toBe('different');
  });

  test('looks again at a game that differs: a write on its way is no difference', async () => {
    const { primary, secondary, compare } = sides([currentRecord('a', { rev: '2' })], [currentRecord('a')]);
    let reads = 0;
    secondary.beforeRead = () => {
      if (++reads > 1) secondary.records.set('current:a', currentRecord('a', { rev: '2' }));
    };
    const found = await compare();
    expect(found.counts).toMatchObject({ same: 1, different: 0 });
    expect(primary.records.size).toBe(1);
    expect(verdictOf(found)).toBe('same');
  });

  test('says of a game that moves all the while that nothing can be said', async () => {
    const { primary, compare } = sides([currentRecord('a')], [currentRecord('a', { x: 'y' })]);
    let reads = 0;
    primary.beforeRead = () => primary.records.set('current:a', currentRecord('a', { rev: String(++reads) }));
    const found = await compare();
    expect(found.counts).toMatchObject({ moving: 1, different: 0 });
    expect(verdictOf(found)).toBe('inconclusive');
  });

  test('names what cannot be read, and is not sure then', async () => {
    const { secondary, compare } = sides([currentRecord('a'), currentRecord('b')], [currentRecord('a')]);
    secondary.unreadable.add('current:b');
    const found = await compare();
    expect(found.counts).toMatchObject({ same: 1, unreadable: 1 });
    expect(found.named[0]?.secondary).toBe('unreadable: it is a list');
    expect(verdictOf(found)).toBe('inconclusive');
  });

  test('of two empty places proves nothing', async () => {
    expect(verdictOf(await sides([], []).compare())).toBe('inconclusive');
  });

  test('names a bounded number of each kind', async () => {
    const here = Array.from({ length: 300 }, (_, n) => currentRecord(`g${n}`));
    const found = await sides(here, []).compare();
    expect(found.counts['only-primary']).toBe(300);
    expect(found.named).toHaveLength(20);
  });

  test('agrees with a comparison of everything at once', () =>
    fc.assert(
      fc.asyncProperty(anyRecords(20), anyRecords(20), fc.array(fc.nat(19)), async (here, extra, shared) => {
        const common = shared.flatMap((index) => here[index] ?? []);
        const there = new Map([...extra, ...common].map((record) => [keyText(record), recordDigest(record)]));
        const ours = new Map(here.map((record) => [keyText(record), recordDigest(record)]));
        const records = new Map([...extra, ...common].map((record) => [keyText(record), record]));
        const { counts } = await sides(here, [...records.values()]).compare();
        const keys = [...ours.keys()];
        expect(counts.same).toBe(keys.filter((key) => there.get(key) === ours.get(key)).length);
        expect(counts['only-primary']).toBe(keys.filter((key) => !there.has(key)).length);
        expect(counts['only-secondary']).toBe([...there.keys()].filter((key) => !ours.has(key)).length);
        expect(counts.same + counts.different + counts['only-primary']).toBe(keys.length);
      }),
      { numRuns: 50 },
    ));
});
