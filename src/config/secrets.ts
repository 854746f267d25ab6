/** What of a value may be shown. In one that is mistyped, or in the wrong variable, a password may be anywhere. */
import type { Layer } from './given.ts';
import { isVariable, rowOf, type VariableName } from './schema.ts';

const redacted = '[redacted]';

/** The text as it may be shown. */
export function shown(name: VariableName, text: string): string {
  const { secret, form } = rowOf(name);
  if ('problem' in form.parse(text)) return '[not usable]';
  if (secret === undefined) return text;
  if (secret !== 'in-address') return redacted;
  // Up to the last @, for a password may hold commas; of several hosts only the first has a user before it.
  const withoutUser = text.replace(/^(\s*[a-z+]+:\/\/[^@:/]*):.*@/is, `$1:${redacted}@`);
  return withoutUser.replace(/\?[^,]*/g, `?${redacted}`);
}

/** Every secret in what was given, as written and as meant: a password may be percent-encoded in its URL. */
export function secretsIn(layers: readonly Layer[]): string[] {
  const found = layers.flatMap((layer) =>
    Object.entries(layer).flatMap(([name, given]) => {
      const secret = isVariable(name) ? rowOf(name).secret : undefined;
      if (secret === undefined || given === undefined) return [];
      if (secret === 'in-address') return inAddress(given.text);
      return secret === 'all' ? [given.text] : [given.text, ...partsOf(given.text)];
    }),
  );
  return [...new Set(found)]
    .filter((secret) => secret !== '')
    .sort((one, other) => other.length - one.length);
}

/** Keys come in a list, each with its id. */
const partsOf = (text: string) => text.split(',').map((part) => part.slice(part.indexOf(':') + 1).trim());

function inAddress(text: string): string[] {
  const password = /:\/\/[^:]*:(.*)@/s.exec(text)?.[1] ?? '';
  const queries = [...text.matchAll(/\?([^,]*)/g)].map(([, query = '']) => query);
  return [password, decoded(password), ...queries];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
