/** Keys are data: dispatch, the hint line and the help derive from the same rows. */
import type { Glyphs } from './theme.ts';

export interface KeyRow {
  /** Names of keystrokes that do the same; the first is the one shown. */
  readonly keys: readonly string[];
  /** What it does, as a short verb: `restore`. */
  readonly what: string;
  /** Why it does nothing right now; said when the key is pressed. */
  readonly disabled?: string | undefined;
  /** Changes the target: not there at all in a read-only console. */
  readonly changesTarget?: boolean;
  /** Only in the help: for keys that everybody knows. */
  readonly helpOnly?: boolean;
  readonly run: () => void;
}

/** What the hint line shows of one row, or of several that do the same. */
export interface KeyHint {
  readonly label: string;
  readonly what: string;
  readonly disabled: boolean;
}

export function labelOf(name: string, glyphs: Glyphs): string {
  return Object.hasOwn(glyphs.keys, name) ? glyphs.keys[name as keyof Glyphs['keys']] : wordFor(name);
}

const words: Readonly<Record<string, string>> = { ' ': 'Space', pageup: 'PgUp', pagedown: 'PgDn' };

/** The name of a key where no glyph is at hand. */
export function wordFor(name: string): string {
  if (name.startsWith('ctrl-')) return `Ctrl-${name.slice(5).toUpperCase()}`;
  if (Object.hasOwn(words, name)) return words[name] ?? name;
  return name.length > 1 ? name[0]?.toUpperCase() + name.slice(1) : name;
}

/** Rows that say the same are one hint: `↑ ↓ select`. */
export function hintsOf(rows: readonly KeyRow[], glyphs: Glyphs): readonly KeyHint[] {
  const byWhat = Map.groupBy(
    rows.filter(({ helpOnly }) => !helpOnly),
    ({ what }) => what,
  );
  return Array.from(byWhat, ([what, same]) => ({
    what,
    label: same.map(({ keys }) => labelOf(keys[0] ?? '', glyphs)).join(' '),
    disabled: same.every(({ disabled }) => disabled !== undefined),
  }));
}

export const usable = (rows: readonly KeyRow[], readOnly: boolean): readonly KeyRow[] =>
  readOnly ? rows.filter(({ changesTarget }) => !changesTarget) : rows;
