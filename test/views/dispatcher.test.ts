import { expect, test, vi } from 'vitest';
import { createDispatcher } from '../../views/dispatcher.ts';
import type { KeyRow } from '../../views/keymap.ts';

const row = (key: string, more: Partial<KeyRow> = {}) => ({
  keys: [key],
  what: `do ${key}`,
  run: vi.fn(),
  ...more,
});

function dispatcher(readOnly = false) {
  const said: (string | undefined)[] = [];
  return { said, keys: createDispatcher({ readOnly, say: (text) => said.push(text) }) };
}

test('the screen gets a key before the rest of the console', () => {
  const { keys } = dispatcher();
  const [screen, global] = [row('r'), row('r')];
  keys.add('screen', { rows: [screen] });
  keys.add('global', { rows: [global] });
  keys.press({ name: 'r' });
  expect(screen.run).toHaveBeenCalledOnce();
  expect(global.run).not.toHaveBeenCalled();
});

test('a prompt keeps every key from what lies below it', () => {
  const { keys } = dispatcher();
  const below = row('q');
  const typed: string[] = [];
  keys.add('global', { rows: [below] });
  const prompt = keys.add('prompt', { rows: [], onText: ({ name }) => typed.push(name) > 0 });
  keys.press({ name: 'q', text: 'q' });
  expect(below.run).not.toHaveBeenCalled();
  prompt.remove();
  keys.press({ name: 'q', text: 'q' });
  expect(below.run).toHaveBeenCalledOnce();
  expect(typed).toEqual(['q']);
});

test('redrawing works in front of everything', () => {
  const { keys } = dispatcher();
  const redraw = row('ctrl-l');
  keys.add('system', { rows: [redraw] });
  keys.add('modal', { rows: [] });
  keys.press({ name: 'ctrl-l' });
  expect(redraw.run).toHaveBeenCalledOnce();
});

test('a key that does not work now says why', () => {
  const { keys, said } = dispatcher();
  const disabled = row('v', { what: 'validate', disabled: 'no archive is selected' });
  keys.add('screen', { rows: [disabled] });
  keys.press({ name: 'v' });
  expect(said.at(-1)).toBe('validate: no archive is selected');
  expect(disabled.run).not.toHaveBeenCalled();
});

test('a key that nobody takes says so', () => {
  const { keys, said } = dispatcher();
  keys.press({ name: 'x', text: 'x' });
  expect(said.at(-1)).toBe('x does nothing here, ? lists the keys');
});

test('a read-only console has no key that changes the target', () => {
  const { keys, said } = dispatcher(true);
  const change = row('d', { changesTarget: true });
  keys.add('screen', { rows: [change, row('r')] });
  expect(keys.rows().map(({ what }) => what)).toEqual(['do r']);
  keys.press({ name: 'd' });
  expect(change.run).not.toHaveBeenCalled();
  expect(said.at(-1)).toContain('read-only');
});

test('pasted text goes to the text field in front and triggers no key', () => {
  const { keys, said } = dispatcher();
  const quit = row('q');
  keys.add('global', { rows: [quit] });
  keys.paste('q');
  expect(said.at(-1)).toContain('only taken by a text field');
  const onPaste = vi.fn();
  keys.add('prompt', { rows: [], onPaste });
  keys.paste('q');
  expect(onPaste).toHaveBeenCalledWith('q');
  expect(quit.run).not.toHaveBeenCalled();
});

test('rows whose keys are taken above are not offered twice', () => {
  const { keys } = dispatcher();
  keys.add('global', { rows: [row('esc', { what: 'back' })] });
  keys.add('screen', { rows: [row('esc', { what: 'cancel' })] });
  expect(keys.rows().map(({ what }) => what)).toEqual(['cancel']);
});

test('listeners hear of changes that can be seen, and only of those', () => {
  const { keys } = dispatcher();
  const heard = vi.fn();
  keys.subscribe(heard);
  const layer = keys.add('screen', { rows: [row('a')] });
  layer.update({ rows: [row('a')] });
  expect(heard).toHaveBeenCalledOnce();
  layer.update({ rows: [row('a', { disabled: 'busy' })] });
  expect(heard).toHaveBeenCalledTimes(2);
});
