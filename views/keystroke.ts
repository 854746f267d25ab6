/** One press of a key, named as key tables name it: `a`, `G`, `?`, `enter`, `esc`, `up`, `ctrl-l`. */
import type { Key } from 'ink';

export interface Keystroke {
  readonly name: string;
  /** What a text field would insert; undefined for keys that print nothing. */
  readonly text?: string;
}

const named = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const satisfies readonly (readonly [keyof Key, string])[];

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Named keys that Esc may come before; to move or delete with Alt is a habit of editing and leaves nothing. */
const soonAfterEsc: readonly string[] = ['esc', 'enter', 'tab'];

/**
 * Ink hands over what arrived in one piece: over a slow line that can be several keys. Alt and a key are the same
 * bytes as Esc and, soon after, that key. Nothing here is bound to Alt, so Esc it was.
 */
export function keystrokesOf(input: string, key: Key): readonly Keystroke[] {
  const name = named.find(([flag]) => key[flag])?.[1];
  const escFirst = key.meta && (name === undefined || soonAfterEsc.includes(name));
  return [
    ...(escFirst ? [{ name: 'esc' }] : []),
    ...(name ? [{ name: key.shift && name === 'tab' ? 'shift-tab' : name }] : strokesOf(input, key)),
  ];
}

function strokesOf(input: string, { ctrl }: Key): readonly Keystroke[] {
  if (ctrl) return [{ name: `ctrl-${input}` }];
  return Array.from(graphemes.segment(input), ({ segment }) => strokeOf(segment));
}

function strokeOf(char: string): Keystroke {
  if (char === '\r' || char === '\n' || char === '\r\n') return { name: 'enter' };
  if (char === '\t') return { name: 'tab' };
  const code = char.charCodeAt(0);
  if (char.length === 1 && code < 0x20) {
    return { name: `ctrl-${String.fromCharCode(code + 0x60)}` };
  }
  return { name: char, text: char };
}
