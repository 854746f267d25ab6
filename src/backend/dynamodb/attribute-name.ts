/**
 * Names of parts as names of attributes. A name is its own text, unless DynamoDB cannot hold it (it is empty, no
 * UTF-8) or it is one of those that a layout keeps for itself: then it is written in hex under a mark. Whatever is
 * stored reads back to one name, and whatever is read is stored under the same name again.
 */
import { isUtf8 } from 'node:buffer';

const mark = 'gk#';

/** @param own names that the layout keeps for itself */
export function attributeName(part: Uint8Array, own: ReadonlySet<string>): string {
  const text = Buffer.from(part).toString();
  const fits = part.length > 0 && isUtf8(part) && !own.has(text);
  return fits && markedName(text, own) === undefined ? text : hidden(part);
}

/** For a name that is not one of the layout's own. */
export function partName(attribute: string, own: ReadonlySet<string>): Uint8Array {
  return markedName(attribute, own) ?? Buffer.from(attribute);
}

function markedName(attribute: string, own: ReadonlySet<string>): Uint8Array | undefined {
  if (!attribute.startsWith(mark)) return undefined;
  const part = Buffer.from(attribute.slice(mark.length), 'hex');
  // Only what attributeName would write is ours.
  return hidden(part) === attribute && attributeName(part, own) === attribute ? part : undefined;
}

const hidden = (part: Uint8Array) => mark + Buffer.from(part).toString('hex');
