import { type Document, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';
import type { Position } from './problem.ts';

/** Keys and indexes from the root of the document. */
export type SourcePath = readonly PropertyKey[];

/** The text that a runbook was read from, able to say where each part of it stands. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** The value at a path when it is a scalar, else its key; the nearest parent's when there is nothing. */
  at(path: SourcePath): Position;
  /** The key itself. */
  keyAt(path: SourcePath): Position;
}

export function sourceText(file: string, text: string, document: Document, lines: LineCounter): SourceText {
  const position = (node: unknown): Position => {
    const offset = rangeStart(node);
    const { line, col } = offset === undefined ? { line: 1, col: 1 } : lines.linePos(offset);
    return { line, column: col };
  };
  return {
    file,
    text,
    at: (path) => {
      const { key, value } = find(document, path);
      return position(isScalar(value) ? value : (key ?? value));
    },
    keyAt: (path) => {
      const { key, value } = find(document, path);
      return position(key ?? value);
    },
  };
}

interface Found {
  /** undefined for an item of a list. */
  readonly key: unknown;
  readonly value: unknown;
}

function find(document: Document, path: SourcePath): Found {
  let found: Found = { key: undefined, value: document.contents };
  for (const step of path) {
    const inner = stepInto(found.value, step);
    if (!inner) return { key: found.key ?? found.value, value: undefined };
    found = inner;
  }
  return found;
}

function stepInto(value: unknown, step: PropertyKey): Found | undefined {
  if (isMap(value)) return value.items.find((pair) => keyText(pair) === String(step));
  if (isSeq(value)) {
    const item = value.items[Number(step)];
    return item === undefined ? undefined : { key: undefined, value: item };
  }
  return undefined;
}

const keyText = ({ key }: Pair): string | undefined => (isScalar(key) ? String(key.value) : undefined);

const rangeStart = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];
