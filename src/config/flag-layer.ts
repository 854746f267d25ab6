import type { ConfigProblem, Layer } from './given.ts';
import { nearest } from './nearest.ts';
import { isVariable, rowOf, variableNames } from './schema.ts';

interface FlagLayer {
  readonly layer: Layer;
  readonly problems: readonly ConfigProblem[];
}

/** @param set texts of the form `NAME=VALUE`; the last one of a name counts */
export function flagLayer(set: readonly string[], profile: string | undefined): FlagLayer {
  const layer: Layer = {};
  const problems: ConfigProblem[] = [];
  for (const text of set) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(text) ?? [];
    const problem = problemOf(name, value);
    if (problem) problems.push(problem);
    else if (isVariable(name)) layer[name] = { text: value, source: { kind: 'flag', flag: '--set' } };
  }
  if (profile !== undefined)
    layer.GAMEKEEPER_PROFILE = { text: profile, source: { kind: 'flag', flag: '--profile' } };
  return { layer, problems };
}

function problemOf(name: string, value: string): ConfigProblem | undefined {
  const say = (what: string, next: string) => ({ variable: name, place: '--set', what, next });
  if (!isVariable(name)) {
    const meant = nearest(name, variableNames);
    return say(
      'is not a variable that gamekeeper knows',
      meant ? `Did you mean ${meant}?` : 'Write --set NAME=VALUE',
    );
  }
  if (value === '') return say('has no value', `Write --set ${name}=VALUE`);
  const { secret } = rowOf(name);
  if (secret !== undefined && (secret !== 'in-address' || value.includes('@')))
    return say(
      'may hold a secret, which everybody on this machine could read in the list of processes',
      `Set ${name} in the environment or a profile instead`,
    );
  return undefined;
}
