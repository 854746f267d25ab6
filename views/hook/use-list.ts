import { useState } from 'react';
import type { KeyRow } from '../keymap.ts';

export interface List {
  /** Index of the row in front; -1 when there is none. */
  readonly selected: number;
  readonly rows: readonly KeyRow[];
}

/** A selection in a list of `length` rows, with its keys; it stays inside when the list shrinks. */
export function useList(length: number, page: number, what = 'select'): List {
  const [wanted, select] = useState(0);
  return listOf({ length, page, what, wanted, select });
}

interface ListInput {
  readonly length: number;
  readonly page: number;
  readonly what?: string;
  readonly wanted: number;
  readonly select: (index: number) => void;
}

/** The same where somebody else remembers what is selected. */
export function listOf({ length, page, what = 'select', wanted, select }: ListInput): List {
  const selected = Math.min(wanted, length - 1);
  const row = (keys: readonly string[], by: -1 | 1, step: number): KeyRow => ({
    keys,
    what: step === 1 ? what : `${what}, ${step === page ? 'a page' : by < 0 ? 'the first' : 'the last'}`,
    disabled: length < 2 ? 'there is nothing to move to' : atEnd(selected, by, length),
    helpOnly: step > 1 || length < 2,
    run: () => select(Math.max(0, Math.min(length - 1, selected + by * step))),
  });
  return {
    selected,
    rows: [
      row(['up', 'k'], -1, 1),
      row(['down', 'j'], 1, 1),
      row(['pageup'], -1, page),
      row(['pagedown'], 1, page),
      row(['home'], -1, Math.max(length, page + 1)),
      row(['end'], 1, Math.max(length, page + 1)),
    ],
  };
}

function atEnd(selected: number, by: -1 | 1, length: number): string | undefined {
  if (by < 0 && selected === 0) return 'this is the first row';
  return by > 0 && selected === length - 1 ? 'this is the last row' : undefined;
}
