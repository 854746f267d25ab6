import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordHead } from '../../../src/backend/record-head.ts';
import type { ArchiveFilter } from '../../../src/backup/archive-list.ts';
import { createSelection } from '../../../src/backup/selection.ts';
import { parseWhere, whereText } from '../../../src/backup/where-words.ts';
import { phases } from '../../../src/game/phases.ts';

const now = Date.parse('2026-11-23T03:00:00Z');

describe('words that say which games are meant', () => {
  test('all hold together, and ages count back from now', () => {
    const where = parseWhere(
      ['phase:turn,SCORING older:1h', 'younger:2d', 'id:room-*', 'layout:legacy'],
      now,
    );
    expect(where).toEqual({
      phases: ['TURN', 'SCORING'],
      changedBeforeMs: now - 3_600_000,
      changedSinceMs: now - 2 * 86_400_000,
      idPattern: 'room-*',
      layout: 'legacy',
    });
    expect(whereText(where)).toBe(
      'in TURN or SCORING, last changed before 2026-11-23T02:00:00.000Z, last changed since 2026-11-21T03:00:00.000Z, with an id like room-*, in the legacy layout',
    );
  });

  test.each([
    'phase:',
    'phase:TURM',
    'older:soon',
    'older:9999999d',
    'bigger:1kb',
    'id:',
    'room-1',
    'layout:new',
    '__proto__:x',
    '',
    ' ',
  ])('are refused when they say nothing: "%s"', (text) => {
    expect(() => parseWhere([text], now)).toThrow(expect.objectContaining({ code: 'wrong-use' }));
  });

  test('are refused when one comes twice, since only one of them could hold', () => {
    expect(() => parseWhere(['id:a* id:b*'], now)).toThrow('"id:b*" comes a second time');
  });
});

describe('a selection', () => {
  const anyHead: fc.Arbitrary<RecordHead> = fc.record(
    {
      id: fc.constantFrom('room-1', 'room-2', 'hall', '.*', ''),
      layout: fc.constantFrom('current', 'legacy'),
      phase: fc.constantFrom(...phases, 'broken'),
      updatedAtMs: fc.integer({ min: 0, max: 20 }),
    },
    { requiredKeys: ['id', 'layout'] },
  );

  test('with a word and with its opposite takes every game that tells, and none twice', () => {
    fc.assert(
      fc.property(anyHead, fc.integer({ min: 0, max: 20 }), (head, atMs) => {
        const takes = (where: NonNullable<ArchiveFilter['where']>) =>
          createSelection({ includeCompleted: true, where })(head) === 'kept';
        const told = head.updatedAtMs !== undefined;
        expect([{ changedBeforeMs: atMs }, { changedSinceMs: atMs }].filter(takes)).toHaveLength(
          told ? 1 : 0,
        );
        expect(phases.filter((phase) => takes({ phases: [phase] }))).toEqual(
          phases.filter((phase) => phase === head.phase),
        );
        expect((['current', 'legacy'] as const).filter((layout) => takes({ layout }))).toEqual([head.layout]);
      }),
    );
  });

  test('takes ids as they are written, but for * and ?', () => {
    const ids = ['room-1', 'room-22', 'xroom-1', 'room.1', 'room-\n'];
    const like = (idPattern: string) => {
      const select = createSelection({ includeCompleted: true, where: { idPattern } });
      return ids.filter((id) => select({ id, layout: 'current' }) === 'kept');
    };
    expect(like('room-*')).toEqual(['room-1', 'room-22', 'room-\n']);
    expect(like('room-?')).toEqual(['room-1', 'room-\n']);
    expect(like('room.1')).toEqual(['room.1']);
  });

  test('tells a finished game that nobody asked for from one that was and is left out', () => {
    const head = { id: 'a', layout: 'current', phase: 'GAME_OVER' } as const;
    const fate = (filter: ArchiveFilter) => createSelection(filter)(head);
    expect(fate({ includeCompleted: true })).toBe('kept');
    expect(fate({ includeCompleted: false })).toBe('completed');
    expect(fate({ includeCompleted: false, where: { phases: ['TURN'] } })).toBe('filtered');
  });
});
