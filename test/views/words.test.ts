import { expect, test } from 'vitest';
import { commonStart, completions, parseCommand } from '../../views/commands.ts';
import { edited, editOf, pasted } from '../../views/edit.ts';
import { filtered } from '../../views/filter.ts';
import { hintsOf } from '../../views/keymap.ts';
import { closed, opened, type ViewStack } from '../../views/navigation.ts';
import { hintLine } from '../../views/part/hints.tsx';
import { screens } from '../../views/screens.ts';
import { createTheme } from '../../views/theme.ts';

test('a command opens a screen, with its subject where it needs one', () => {
  expect(parseCommand('backups', screens)).toEqual({ kind: 'open', view: { screen: 'backups' } });
  expect(parseCommand(' walk  disable-persistence ', screens)).toEqual({
    kind: 'open',
    view: { screen: 'walk', subject: 'disable-persistence' },
  });
  expect(parseCommand('q', screens)).toEqual({ kind: 'quit' });
});

test.each([
  ['walk', ':walk needs a runbook'],
  ['backups now', ':backups takes no argument'],
  ['walk a b', ':walk takes one runbook'],
  ['nonsense', 'No command "nonsense"; Tab lists them'],
])('the command "%s" is refused with a reason', (text, why) => {
  expect(parseCommand(text, screens)).toEqual({ kind: 'wrong', why });
});

test('commands complete to screens, and walk to the ids of runbooks', () => {
  expect(completions('r', screens, {})).toEqual(['runbooks', 'rollback']);
  expect(completions('walk d', screens, { runbook: ['disable-persistence', 'other'] })).toEqual([
    'walk disable-persistence',
  ]);
  expect(commonStart(['runbooks', 'rollback'])).toBe('r');
});

test('a filter keeps what matches; with ! what does not', () => {
  const rows = ['alpha', 'beta', 'Alphabet'];
  const kept = (filter: string) => filtered(rows, filter, (row) => row);
  expect(kept('alpha')).toEqual(['alpha', 'Alphabet']);
  expect(kept('!alpha')).toEqual(['beta']);
  expect(kept('!')).toEqual(rows);
});

test('back leads to where one came from, and never off the last screen', () => {
  const start: ViewStack = [{ screen: 'overview' }];
  const deep = opened(opened(start, { screen: 'runbooks' }), { screen: 'walk', subject: 'a' });
  expect(closed(deep)[0]).toEqual({ screen: 'runbooks' });
  expect(closed(closed(closed(deep)))).toEqual(start);
  expect(closed([{ screen: 'backups' }])).toEqual(start);
  expect(opened(deep, { screen: 'walk', subject: 'a' })).toBe(deep);
});

test('a line of text is edited where its caret is', () => {
  const press = (text: string, ...names: string[]) =>
    names.reduce(
      (edit, name) => edited(edit, name.length === 1 ? { name, text: name } : { name }) ?? edit,
      editOf(text),
    ).text;
  expect(press('ab', 'left', 'x')).toBe('axb');
  expect(press('one two', 'ctrl-w')).toBe('one ');
  expect(press('ab', 'home', 'delete')).toBe('b');
  expect(press('ab', 'backspace')).toBe('a');
});

test('a paste is one harmless line', () => {
  expect(pasted(editOf(''), 'sand\r\nbox\u001b[2J\n').text).toBe('sand box\\u{1b}[2J');
});

test('a key that is not for editing is left to others', () => {
  expect(edited(editOf('a'), { name: 'up' })).toBeUndefined();
});

const { glyphs } = createTheme({ color: true, ascii: false });
const run = () => {};

test('hints come from the keys; those that do the same are one', () => {
  const rows = [
    { keys: ['up', 'k'], what: 'select', run },
    { keys: ['down', 'j'], what: 'select', run },
    { keys: ['ctrl-l'], what: 'redraw', helpOnly: true, run },
  ];
  expect(hintsOf(rows, glyphs)).toEqual([{ label: '↑ ↓', what: 'select', disabled: false }]);
});

test('hints without room are named as being in the help', () => {
  const hints = ['alpha', 'bravo', 'charlie'].map((what) => ({ label: 'x', what, disabled: false }));
  const help = { label: '?', what: 'help', disabled: false };
  const textOf = (all: typeof hints) =>
    hintLine(all, 28)
      .map(({ text }) => text)
      .join('');
  expect(textOf([...hints, help])).toBe('x alpha  ? all keys  ');
  expect(textOf([...hints, ...hints])).toBe('x alpha  x bravo  ');
});

test('a tone is never told by colour alone: without colour the strong ones have weight', () => {
  const theme = createTheme({ color: false, ascii: false });
  for (const tone of ['warn', 'bad', 'loud'] as const) {
    expect(theme.style(tone)).toMatchObject({ bold: true });
    expect(theme.style(tone)).not.toHaveProperty('color');
  }
});
