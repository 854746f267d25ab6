/** A line of text being typed, as data: the prompt, the filter, a reason and a typed confirmation share it. */
import { safeLine } from '../src/base/safe-text.ts';
import type { Keystroke } from './keystroke.ts';

export interface Edit {
  readonly text: string;
  /** Counted in characters of `text`, 0 before the first. */
  readonly caret: number;
}

export const editOf = (text: string): Edit => ({ text, caret: text.length });

const inserted = ({ text, caret }: Edit, more: string): Edit => ({
  text: text.slice(0, caret) + more + text.slice(caret),
  caret: caret + more.length,
});

/** A paste is one line of harmless text; its line ends never submit. */
export const pasted = (edit: Edit, text: string): Edit =>
  inserted(edit, safeLine(text.trim().replaceAll(/\s+/g, ' ')));

const commands: Readonly<Record<string, (edit: Edit) => Edit>> = {
  left: ({ text, caret }) => ({ text, caret: Math.max(0, caret - 1) }),
  right: ({ text, caret }) => ({ text, caret: Math.min(text.length, caret + 1) }),
  home: ({ text }) => ({ text, caret: 0 }),
  end: ({ text }) => editOf(text),
  'ctrl-a': ({ text }) => ({ text, caret: 0 }),
  'ctrl-e': ({ text }) => editOf(text),
  'ctrl-u': ({ text, caret }) => ({ text: text.slice(caret), caret: 0 }),
  'ctrl-w': ({ text, caret }) => {
    const before = text.slice(0, caret).replace(/\S*\s*$/, '');
    return { text: before + text.slice(caret), caret: before.length };
  },
  backspace: ({ text, caret }) => {
    const before = text.slice(0, Math.max(0, caret - 1));
    return { text: before + text.slice(caret), caret: before.length };
  },
  delete: ({ text, caret }) => ({ text: text.slice(0, caret) + text.slice(caret + 1), caret }),
};

/** undefined: the key does not edit. */
export function edited(edit: Edit, { name, text }: Keystroke): Edit | undefined {
  if (text !== undefined) return inserted(edit, safeLine(text));
  return commands[name]?.(edit);
}
