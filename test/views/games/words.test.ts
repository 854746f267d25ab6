import { expect, test } from 'vitest';
import { gameColumns } from '../../../views/games/columns.ts';
import { whereLines } from '../../../views/games/detail-text.ts';
import { editableText, readEdited } from '../../../views/games/editing.ts';
import { parseGameWish } from '../../../views/games/filter.ts';
import { lossOf } from '../../../views/games/loss.ts';
import { parseMoment } from '../../../views/games/moment.ts';
import { inOrder, nextOrder } from '../../../views/games/order.ts';
import { createTheme } from '../../../views/theme.ts';
import { gameRow, gameView, nowMs } from '../../setup/fake-games.ts';

const hour = 3_600_000;
const rows = [
  gameRow('room-a', { phase: 'TURN', updatedAtMs: nowMs - 2 * hour, sizeBytes: 100_000 }),
  gameRow('room-b', { phase: 'SCORING', updatedAtMs: nowMs - 1000, sizeBytes: 900 }),
  gameRow('legacy-c', { layout: 'legacy', problems: [{ field: 'state', what: 'is not JSON' }] }),
  // Nothing but a name can be read of it.
  { id: 'dark', layout: 'current' as const, problems: [{ what: 'the record cannot be read' }] },
];

const kept = (filter: string) => {
  const { matches } = parseGameWish(filter);
  return rows.filter((row) => matches(row, nowMs)).map(({ id }) => id);
};

test.each([
  ['', ['room-a', 'room-b', 'legacy-c', 'dark']],
  ['ROOM', ['room-a', 'room-b']],
  ['phase:turn,scoring', ['room-a', 'room-b', 'legacy-c']],
  ['older:1h', ['room-a']],
  ['younger:1m', ['room-b', 'legacy-c']],
  ['bigger:50kb', ['room-a']],
  ['smaller:1kb', ['room-b']],
  ['problem:', ['legacy-c', 'dark']],
  ['problem:JSON', ['legacy-c']],
  ['layout:legacy', ['legacy-c']],
  ['room !scoring', ['room-a']],
  // What a game does not tell fulfils neither a wish nor its opposite.
  ['!older:1h', ['room-b', 'legacy-c']],
  ['!problem:', ['room-a', 'room-b']],
])('the filter "%s" keeps what it says', (filter, ids) => {
  expect(kept(filter)).toEqual(ids);
});

test.each([
  ['older:soon', 'older: takes a time like 90s, 5m, 1h or 2d'],
  ['bigger:lots', 'bigger: takes a size like 800b, 50kb or 5mb'],
  ['phase:', 'phase: takes names of phases like TURN,SCORING'],
  ['layout:new', 'layout: takes legacy or current'],
])('a word that is not understood ("%s") is left out and says what it takes', (filter, problem) => {
  expect(parseGameWish(filter)).toMatchObject({ problem });
  expect(kept(`${filter} room-a`)).toEqual(['room-a']);
});

test('an id with a colon is found as it is written', () => {
  const { matches, problem } = parseGameWish('eu:room');
  expect(matches(gameRow('eu:room-7'), nowMs)).toBe(true);
  expect(problem).toBeUndefined();
});

test('each order puts what is not told last', () => {
  const ids = (order: Parameters<typeof inOrder>[1]) => inOrder(rows, order).map(({ id }) => id);
  expect(ids('id')).toEqual(['dark', 'legacy-c', 'room-a', 'room-b']);
  expect(ids('age')).toEqual(['room-a', 'legacy-c', 'room-b', 'dark']);
  expect(ids('size')).toEqual(['room-a', 'legacy-c', 'room-b', 'dark']);
  expect(ids('phase')).toEqual(['legacy-c', 'room-a', 'room-b', 'dark']);
});

test('the sort key goes round', () => {
  expect(nextOrder(nextOrder(nextOrder(nextOrder('id'))))).toBe('id');
});

test.each([
  ['10m', nowMs - 600_000],
  ['12:30', Date.UTC(2026, 10, 23, 12, 30)],
  ['12:30:15', Date.UTC(2026, 10, 23, 12, 30, 15)],
  // Later than now today, so it was yesterday.
  ['23:00', Date.UTC(2026, 10, 22, 23, 0)],
  ['2026-11-20', Date.UTC(2026, 10, 20)],
  ['2026-11-20T08:00:00Z', Date.UTC(2026, 10, 20, 8)],
  ['2026-11-20 08:00', Date.UTC(2026, 10, 20, 8)],
])('the moment "%s" is understood in UTC', (text, atMs) => {
  expect(parseMoment(text, nowMs)).toBe(atMs);
});

test.each(['', 'yesterday', '25:00', '12:60', '2027-01-01', '10', '2026-13-40'])(
  'the moment "%s" is refused',
  (text) => {
    expect(parseMoment(text, nowMs)).toBeUndefined();
  },
);

const editable = {
  id: 'room-1',
  revision: 7,
  phase: 'TURN' as const,
  proved: { revision: 7, state: { round: 3 } },
  found: 'ab',
};

test('a corrected text is read back as phase and state', () => {
  const before = editableText(editable);
  expect(readEdited(before, before)).toEqual({ kind: 'unchanged' });
  expect(readEdited(before, before.replace('3', '4'))).toEqual({
    kind: 'changed',
    phase: 'TURN',
    state: { round: 4 },
  });
});

test.each([
  ['{"phase": "TURN", "state": ', /^It is not JSON: /],
  ['[1]', /fields "phase" and "state"/],
  ['{"phase": "TURN", "state": {"seed": 9007199254740993}}', /9007199254740993, which would lose digits/],
  ['{"phase": "TURN",\n"phase": "TURN", "state": {}}', /^It has "phase" twice .*\(line 2 column 1\)/],
  ['{"phase": "TURN"}', /fields "phase" and "state"/],
  ['{"phase": "LUNCH", "state": {}}', /"phase" must be one of NOT_STARTED/],
  ['{"phase": "TURN", "state": {}, "rev": 9}', /not rev$/],
])('the text %s is refused with a reason', (text, why) => {
  expect(readEdited(editableText(editable), text)).toEqual({
    kind: 'unusable',
    why: expect.stringMatching(why),
  });
});

test('what only memory has is told before it is lost', () => {
  const view = gameView(gameRow('room-1'), {});
  expect(lossOf(view)).toBeUndefined();
  const held = { server: 'http://127.0.0.1:7001', kind: 'held' as const, revision: 9, ahead: 3 };
  expect(lossOf({ ...view, heldBy: [held] })?.text).toContain('127.0.0.1:7001 has 3 transitions');
});

const { glyphs } = createTheme({ color: true, ascii: false });

test('a game that went another way than storage is not called saved, nor lost without a word', () => {
  const held = {
    server: 'http://127.0.0.1:7001',
    kind: 'held' as const,
    revision: 9,
    ahead: 0,
    divergedAt: 7,
  };
  const view = { ...gameView(gameRow('room-1'), {}), heldBy: [held] };
  expect(lossOf(view)?.text).toContain(
    '127.0.0.1:7001 went another way than storage, which is at revision 7',
  );
  const text = whereLines(view, { cells: 80, nowMs, glyphs })
    .flat()
    .map((one) => one.text);
  expect(text.join('')).toContain('holds revision 9, went another way than storage, which is at revision 7');
});

test('an id that is empty is seen in the list', () => {
  expect(gameColumns[0]?.cell(gameRow(''), 0)).toEqual({ text: '(empty)' });
});
