import { useState } from 'react';
import type { LayerName } from '../dispatcher.ts';
import { type Edit, edited, editOf, pasted } from '../edit.ts';
import type { KeyRow } from '../keymap.ts';
import { useKeys } from './use-keys.ts';

interface TextFieldOptions {
  readonly layer: Extract<LayerName, 'prompt' | 'modal'>;
  /** Enter, Esc and whatever else the field answers to. */
  readonly rows: (edit: Edit, setText: (text: string) => void) => readonly KeyRow[];
  readonly onChange?: (text: string) => void;
  readonly initial?: string;
}

/** A line being typed that has the keyboard to itself. */
export function useTextField({ layer, rows, onChange, initial = '' }: TextFieldOptions): Edit {
  const [edit, setEdit] = useState<Edit>(editOf(initial));
  const change = (next: Edit) => {
    setEdit(next);
    if (next.text !== edit.text) onChange?.(next.text);
  };
  useKeys(layer, {
    rows: rows(edit, (text) => change(editOf(text))),
    onText: (stroke) => {
      const next = edited(edit, stroke);
      if (next) change(next);
      return next !== undefined;
    },
    onPaste: (text) => change(pasted(edit, text)),
  });
  return edit;
}
