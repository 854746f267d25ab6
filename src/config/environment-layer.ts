import type { ConfigProblem, Layer } from './given.ts';
import { nearest } from './nearest.ts';
import { isVariable, variableNames } from './schema.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export function environmentLayer(env: Env): Layer {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, text]) =>
      // An empty variable is the shell's way of unsetting one.
      text && isVariable(name) ? [[name, { text, source: { kind: 'environment' } }]] : [],
    ),
  );
}

/** systemd sets it for services. */
const foreign = new Set(['STATE_DIRECTORY']);
const prefix = /^(STATE|GAMEKEEPER)_/;

/** Variables that look like ours and are not: somebody believes that they are in force. */
export function misspelt(env: Env): ConfigProblem[] {
  return Object.entries(env).flatMap(([name, text]) => {
    if (!text || isVariable(name) || foreign.has(name)) return [];
    const meant = probablyMeant(name);
    if (meant === undefined && !prefix.test(name)) return [];
    return [
      {
        variable: name,
        place: 'environment',
        what: 'is not a variable of gamekeeper, so it has no effect',
        next: meant === undefined ? `Unset ${name}` : `Did you mean ${meant}? Rename it, or unset it`,
      },
    ];
  });
}

/** `STATE_SNAPSHOT_INTERVL`, `SNAPSHOT_INTERVAL`, `STATE_SNAPSHOT_INTERVAL_MS`, `STATE_REDIS_URL`. */
function probablyMeant(name: string): string | undefined {
  const near = nearest(name, variableNames);
  if (near !== undefined) return near;
  const bare = (text: string) => text.replace(prefix, '');
  const same = variableNames.find((known) => known.includes('_') && bare(known) === bare(name));
  if (same !== undefined) return same;
  return prefix.test(name) ? variableNames.find((known) => name.startsWith(`${known}_`)) : undefined;
}
