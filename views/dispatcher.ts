/**
 * Every keystroke passes here, once: the only reader of the keyboard hands it to the layers from the top down. A
 * prompt or a question in front keeps every key from what lies below it.
 */
import type { KeyRow } from './keymap.ts';
import { usable, wordFor } from './keymap.ts';
import type { Keystroke } from './keystroke.ts';

const order = ['system', 'modal', 'prompt', 'screen', 'global'] as const;
export type LayerName = (typeof order)[number];
const exclusive: readonly LayerName[] = ['modal', 'prompt'];

export interface Layer {
  readonly rows: readonly KeyRow[];
  /** A text field: gets what its rows do not name; returns whether it took it. */
  readonly onText?: ((stroke: Keystroke) => boolean) | undefined;
  /** Pasted text never triggers a key: it goes to the text field in front, or nowhere. */
  readonly onPaste?: ((text: string) => void) | undefined;
}

export interface LayerHandle {
  update(layer: Layer): void;
  remove(): void;
}

export interface Dispatcher {
  add(name: LayerName, layer: Layer): LayerHandle;
  press(stroke: Keystroke): void;
  paste(text: string): void;
  /** The rows that have an effect now, the front layer's first; the same array until one changes. */
  rows(): readonly KeyRow[];
  subscribe(changed: () => void): () => void;
}

interface Options {
  readonly readOnly: boolean;
  /** Shows a line to the operator; undefined clears it. */
  readonly say: (text: string | undefined) => void;
}

export function createDispatcher({ readOnly, say }: Options): Dispatcher {
  const layers: { readonly name: LayerName; layer: Layer }[] = [];
  const listeners = new Set<() => void>();
  let shown: readonly KeyRow[] = [];

  const inReach = () => {
    const sorted = order.flatMap((name) => layers.filter((entry) => entry.name === name).toReversed());
    const front = sorted.findIndex(({ name }) => exclusive.includes(name));
    return front === -1 ? sorted : sorted.slice(0, front + 1);
  };

  const refresh = () => {
    const rows = reachable(inReach().flatMap(({ layer }) => usable(layer.rows, readOnly)));
    const changed = signatureOf(rows) !== signatureOf(shown);
    shown = changed ? rows : shown;
    if (changed) for (const listener of listeners) listener();
  };

  const press = (stroke: Keystroke) => {
    say(undefined);
    for (const { layer } of inReach()) {
      const row = usable(layer.rows, readOnly).find(({ keys }) => keys.includes(stroke.name));
      if (row?.disabled !== undefined) return say(`${row.what}: ${row.disabled}`);
      if (row) return row.run();
      if (layer.onText?.(stroke)) return;
    }
    say(unknownKey(stroke, readOnly));
  };

  return {
    add(name, layer) {
      const entry = { name, layer };
      layers.push(entry);
      refresh();
      return {
        update(changed) {
          entry.layer = changed;
          refresh();
        },
        remove() {
          layers.splice(layers.indexOf(entry), 1);
          refresh();
        },
      };
    },
    press,
    paste(text) {
      const field = inReach().find(({ layer }) => layer.onPaste);
      if (field) field.layer.onPaste?.(text);
      else say('Pasted text is only taken by a text field');
    },
    rows: () => shown,
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}

const signatureOf = (rows: readonly KeyRow[]): string =>
  JSON.stringify(rows.map(({ keys, what, disabled, helpOnly }) => [keys, what, disabled, helpOnly]));

/** Without the rows whose keys a layer above has taken. */
function reachable(rows: readonly KeyRow[]): readonly KeyRow[] {
  const taken = new Set<string>();
  return rows.filter(({ keys }) => {
    const free = keys.some((key) => !taken.has(key));
    for (const key of keys) taken.add(key);
    return free;
  });
}

function unknownKey({ name }: Keystroke, readOnly: boolean): string {
  const hint = readOnly ? '; read-only: no key changes the target' : '';
  return `${wordFor(name)} does nothing here, ? lists the keys${hint}`;
}
