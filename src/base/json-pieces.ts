/** Plain data as JSON in pieces, for what may be too long for one text: together they are what that text would be. */
export interface JsonForm {
  /** As JSON.stringify. */
  text(value: unknown): string;
  /** Of a plain object, in the order in which they are written. */
  entries(value: object): readonly (readonly [string, unknown])[];
  /** Spaces a level, as `text` indents; none puts all on one line. */
  readonly indent: number;
  /** What comes after it. */
  readonly end: string;
}

const pieceChars = 64 * 1024;
/** Of a list, made into text at once. */
const groupItems = 500;

/** As files have it that people may open: a line for each value. */
export const jsonFile = (value: unknown): Iterable<string> => jsonPieces(value, indented);

const indented: JsonForm = {
  text: (value) => JSON.stringify(value, undefined, 2),
  entries: Object.entries,
  indent: 2,
  end: '\n',
};

export function* jsonPieces(value: unknown, form: JsonForm): Generator<string> {
  let piece = '';
  for (const part of partsOf(value, form, '')) {
    piece += part;
    if (piece.length < pieceChars) continue;
    yield piece;
    piece = '';
  }
  yield piece + form.end;
}

/** @param outer what a line begins with there */
function* partsOf(value: unknown, form: JsonForm, outer: string): Generator<string> {
  if (Array.isArray(value) && value.length > groupItems) yield* partsOfList(value, form, outer);
  else if (isPlain(value)) yield* partsOfObject(value, form, outer);
  else if (value instanceof Object) yield deeper(form.text(value), outer);
  else yield JSON.stringify(value);
}

function* partsOfList(items: readonly unknown[], form: JsonForm, outer: string): Generator<string> {
  for (let at = 0; at < items.length; at += groupItems) {
    const group = form.text(items.slice(at, at + groupItems));
    yield at === 0 ? '[' : ',';
    yield deeper(group.slice(1, form.indent > 0 ? -2 : -1), outer);
  }
  yield `${lineIn(form, outer)}]`;
}

function* partsOfObject(object: object, form: JsonForm, outer: string): Generator<string> {
  const inner = outer + ' '.repeat(form.indent);
  let before = '{';
  for (const [name, value] of form.entries(object)) {
    if (value === undefined) continue;
    yield `${before}${lineIn(form, inner)}${JSON.stringify(name)}:${form.indent > 0 ? ' ' : ''}`;
    yield* partsOf(value, form, inner);
    before = ',';
  }
  yield before === '{' ? '{}' : `${lineIn(form, outer)}}`;
}

const lineIn = ({ indent }: JsonForm, outer: string) => (indent > 0 ? `\n${outer}` : '');

/** No string of JSON has a line break of its own. */
const deeper = (text: string, outer: string) => (outer === '' ? text : text.replaceAll('\n', `\n${outer}`));

/** What says itself how it is written is not. */
function isPlain(value: unknown): value is object {
  return value instanceof Object && Object.getPrototypeOf(value) === Object.prototype && !('toJSON' in value);
}
