/** The only reader of the environment: it turns flags, variables and a profile into settings. */
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';
import { checkCombinations, doubtfulCombinations } from './combinations.ts';
import type { Env } from './environment-layer.ts';
import { type ConfigProblem, type Layer, placeOf } from './given.ts';
import { type ConfigFlags, layer } from './layers.ts';
import { isVariable, rowOf, type Values, type VariableName } from './schema.ts';
import { secretsIn } from './secrets.ts';
import { configFolder, derivedLayer, type Settings, settingsOf } from './settings.ts';
import { choosePlatform } from './target.ts';

export interface Configuration {
  /** What is in force, as written, with its source; defaults included. */
  readonly given: Layer;
  readonly profile: string | undefined;
  /** Variables of the environment that `--prefer profile` has put aside. */
  readonly leftOut: readonly VariableName[];
  /** What looks wrong and harms nobody. */
  readonly warnings: readonly ConfigProblem[];
  /** Everything that keeps these values from being used. */
  readonly problems: readonly ConfigProblem[];
  /** undefined as long as there are problems. */
  readonly settings: Settings | undefined;
}

/** Never throws for what somebody configured: all that is wrong with it is in `problems`. */
export async function readConfiguration(flags: ConfigFlags, env: Env = process.env): Promise<Configuration> {
  const layered = await layer(flags, env, async (name) => {
    // Most calls have no profile, and need no YAML parser.
    const { readProfile } = await import('./profile.ts');
    return readProfile(join(configFolder(env), 'profiles'), name);
  });
  const { given, profile, leftOut } = layered;
  const { values, problems: malformed } = parse(given);
  const choice = choosePlatform(values, given);
  const problems = [
    ...layered.problems,
    ...malformed,
    ...choice.problems,
    ...checkCombinations(values, given),
  ];
  const warnings = [
    ...layered.warnings,
    ...doubtfulCombinations(values, given),
    ...layered.layers.flatMap((each) => parse(overridden(each, given)).problems),
  ];
  const base = { profile, leftOut, warnings, problems };
  if (problems.length > 0) return { ...base, given, settings: undefined };
  const secrets = secretsIn(layered.layers);
  // Without problems every row with a default has a value.
  const settings = settingsOf(values as Values, { given, choice, profile, env, secrets });
  return { ...base, given: { ...derivedLayer(settings), ...given }, settings };
}

/** @throws Fault `config-invalid` that tells every problem at once */
export async function loadSettings(flags: ConfigFlags, env: Env = process.env): Promise<Settings> {
  return settingsIn(await readConfiguration(flags, env));
}

/** @throws Fault `config-invalid` that tells every problem at once */
export function settingsIn({ settings, problems }: Configuration): Settings {
  if (settings) return settings;
  const [first, ...more] = problems;
  if (first && more.length === 0) throw new Fault('config-invalid', problemText(first), { next: first.next });
  throw new Fault(
    'config-invalid',
    [
      `${problems.length} things are wrong with the configuration`,
      ...problems.map((problem) => `  ${problemText(problem)}. ${problem.next}`),
    ].join('\n'),
    { next: 'Correct them; gamekeeper config check looks at all of it' },
  );
}

/** `STATE_OP_TIMEOUT (environment): expected seconds from 0.1 to 3600`. */
export const problemText = ({ variable, place, what }: ConfigProblem): string =>
  variable === undefined ? `${place} ${what}` : `${variable} (${place}) ${what}`;

/** Not in force here, but wrong all the same, and in force elsewhere. */
const overridden = (lower: Layer, given: Layer): Layer =>
  Object.fromEntries(
    Object.entries(lower).filter(([name, entry]) => !isVariable(name) || given[name] !== entry),
  );

function parse(given: Layer): { values: Partial<Values>; problems: ConfigProblem[] } {
  const values: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const [name, entry] of Object.entries(given)) {
    if (!isVariable(name) || !entry) continue;
    const parsed = rowOf(name).form.parse(entry.text);
    if ('value' in parsed) values[name] = parsed.value;
    else
      problems.push({
        variable: name,
        place: placeOf(entry.source),
        what: `is not usable: ${parsed.problem}`,
        next: `Correct or unset ${name}`,
      });
  }
  // Each value was parsed by the form of its own row.
  return { values: values as Partial<Values>, problems };
}
