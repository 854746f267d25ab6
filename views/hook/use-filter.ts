import { useState } from 'react';
import type { KeyRow } from '../keymap.ts';

/** What `/` holds on a list; it lives as long as its screen. */
export interface Filter {
  readonly text: string;
  readonly asking: boolean;
  readonly row: KeyRow;
  setText(text: string): void;
  close(): void;
}

export function useFilter(): Filter {
  const [text, setText] = useState('');
  const [asking, setAsking] = useState(false);
  return {
    text,
    asking,
    setText,
    row: { keys: ['/'], what: 'filter', run: () => setAsking(true) },
    close: () => setAsking(false),
  };
}
