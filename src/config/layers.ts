/** Defaults, preset, profile, environment and flags, laid over one another; every value keeps its source. */
import { type Env, environmentLayer, misspelt } from './environment-layer.ts';
import { flagLayer } from './flag-layer.ts';
import { type ConfigProblem, type Layer, placeOf } from './given.ts';
import { presetLayer } from './presets.ts';
import type { Profile } from './profile.ts';
import { rowOf, type VariableName, variableNames, variables } from './schema.ts';

export interface ConfigFlags {
  /** `--profile` */
  readonly profile?: string;
  /** `--prefer`: which one is meant where profile and environment name different platforms. */
  readonly prefer?: Preference;
  /** `--set NAME=VALUE` */
  readonly set?: readonly string[];
}

export type Preference = 'profile' | 'environment';

export interface Layered {
  readonly given: Layer;
  readonly profile: string | undefined;
  /** Variables of the environment that `--prefer profile` has put aside. */
  readonly leftOut: readonly VariableName[];
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  /** All that was given anywhere, in force or not: what it holds must never be shown. */
  readonly layers: readonly Layer[];
}

/** @param readProfile reads the profile of that name */
export async function layer(
  { profile: profileFlag, prefer, set = [] }: ConfigFlags,
  env: Env,
  readProfile: (name: string) => Promise<Profile>,
): Promise<Layered> {
  const flags = flagLayer(set, profileFlag);
  const environment = environmentLayer(env);
  const name = (flags.layer.GAMEKEEPER_PROFILE ?? environment.GAMEKEEPER_PROFILE)?.text;
  const profile = name === undefined ? undefined : await readProfile(name);
  const disputed = profile ? disputes(profile, environment, flags.layer) : [];
  const leftOut = prefer === 'profile' ? disputed : [];
  const inForce = without(environment, leftOut);
  const upper = { ...profile?.layer, ...inForce, ...flags.layer };
  return {
    given: { ...defaults, ...presetOf(upper), ...upper },
    profile: name,
    leftOut,
    problems: [
      ...flags.problems,
      ...(profile?.problems ?? []),
      ...(profile ? missing(profile, { ...environment, ...flags.layer }) : []),
      ...(profile && prefer === undefined ? disputed.map((each) => disputeOf(profile, each)) : []),
    ],
    warnings: [...misspelt(env), ...(profile?.warnings ?? [])],
    layers: [profile?.layer ?? {}, environment, flags.layer],
  };
}

const defaults: Layer = Object.fromEntries(
  variableNames.flatMap((name) => {
    const { fallback } = rowOf(name);
    return fallback === undefined ? [] : [[name, { text: fallback, source: { kind: 'default' } }]];
  }),
);

function presetOf({ STATE_PRESET }: Layer): Layer {
  const parsed = STATE_PRESET && variables.STATE_PRESET.form.parse(STATE_PRESET.text);
  return parsed && 'value' in parsed ? presetLayer(parsed.value) : {};
}

const without = (environment: Layer, names: readonly VariableName[]): Layer =>
  Object.fromEntries(
    Object.entries(environment).filter(([name]) => !names.some((leftOut) => leftOut === name)),
  );

/**
 * Variables by which the environment would turn the profile's platform into another one. A profile that names no place
 * leaves all of them to the environment.
 */
function disputes(profile: Profile, environment: Layer, flags: Layer): VariableName[] {
  const platform = variableNames.filter((name) => rowOf(name).choosesPlatform);
  const namesPlace = platform.some((name) => name !== 'ENVIRONMENT' && profile.layer[name] !== undefined);
  return platform.filter((name) => {
    const theirs = environment[name];
    if (!theirs || flags[name] || profile.fromEnvironment.has(name)) return false;
    const own = profile.layer[name];
    return own ? own.text !== theirs.text : namesPlace;
  });
}

function disputeOf({ layer: own, file, name: profile }: Profile, name: VariableName): ConfigProblem {
  const mine = own[name];
  const said = mine
    ? `profile ${profile} (${placeOf(mine.source)}) sets it otherwise`
    : `profile ${profile} (${file}) names its own platform without it`;
  return {
    variable: name,
    place: 'environment',
    what: `is set, and ${said}: which platform is meant?`,
    next: `Unset ${name}, or add --prefer profile or --prefer environment`,
  };
}

const missing = ({ fromEnvironment }: Profile, upper: Layer): ConfigProblem[] =>
  [...fromEnvironment].flatMap(([name, source]) =>
    upper[name]
      ? []
      : [
          {
            variable: name,
            place: placeOf(source),
            what: 'is left to the environment, which does not set it',
            next: `Set ${name} in the environment`,
          },
        ],
  );
