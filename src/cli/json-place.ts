import type { Json } from '../game/game.ts';

export type ReadJson =
  | { readonly kind: 'json'; readonly json: Json }
  /** With line and column, where they can be told. */
  | { readonly kind: 'wrong'; readonly what: string };

export function readJson(text: string): ReadJson {
  try {
    return { kind: 'json', json: JSON.parse(text) };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return {
      kind: 'wrong',
      what: message.includes('line ') ? message : `${message}${placeOf(text, message)}`,
    };
  }
}

/** Some of the engine's messages say an offset only, some not even that. */
function placeOf(text: string, message: string): string {
  const offset = /position (\d+)/.exec(message)?.[1];
  const at = offset === undefined ? text.length : Number(offset);
  if (offset === undefined && !/end of JSON/.test(message)) return '';
  const before = text.slice(0, at).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}
