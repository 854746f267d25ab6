import { useState } from 'react';
import type { KeyRow } from '../keymap.ts';

export interface List {
  /** Index of the row in front; -1 when there is none. */
  readonly selected: number;
  readonly rows: readonly KeyRow[];
}

/** A selection in a list of `length` rows, with its keys; it stays inside when the list shrinks. */
export function useList(length: number, page: number, what = 'select'): List {
  const [wanted, setWanted] = useState(0);
  const selected = Math.min(wanted, length - 1);
  const move = (by: number) => () => setWanted(Math.max(0, Math.min(length - 1, selected + by)));
  const disabled = length > 1 ? undefined : 'there is nothing to move to';
  const row = (keys: readonly string[], by: number, shown: boolean): KeyRow => ({
    keys,
    what: shown ? what : `${what}, a page`,
    disabled,
    helpOnly: !shown || disabled !== undefined,
    run: move(by),
  });
  return {
    selected,
    rows: [
      row(['up', 'k'], -1, true),
      row(['down', 'j'], 1, true),
      row(['pageup'], -page, false),
      row(['pagedown'], page, false),
    ],
  };
}
