/** JSON.parse takes the last of two equal keys and says nothing: what stood before it would be lost. */

export interface DoubledKey {
  readonly key: string;
  /** Where the second one starts. */
  readonly at: number;
}

/** A text, or one of the marks that objects and lists are made of. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/** @param text JSON.parse has taken it */
export function doubledKey(text: string): DoubledKey | undefined {
  const open: Set<string>[] = [];
  let before = { text: '', at: 0 };
  for (const { 0: found, index } of text.matchAll(token)) {
    // A list holds no keys, and has a set of its own so that every end closes one.
    if (found === '{' || found === '[') open.push(new Set());
    else if (found === '}' || found === ']') open.pop();
    else if (found === ':') {
      const key = String(JSON.parse(before.text));
      const keys = open.at(-1);
      if (keys?.has(key)) return { key, at: before.at };
      keys?.add(key);
    }
    before = { text: found, at: index };
  }
  return undefined;
}
