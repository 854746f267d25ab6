/** Commander, fed from the catalogue of verbs. */
import { Command, CommanderError, Option as CommanderOption } from 'commander';
import { Fault } from '../base/fault.ts';
import type { ConfigFlags } from '../config/layers.ts';
import { type Option, type Verb, verbs } from '../verbs.ts';
import type { OptionValue } from './verb.ts';

export interface Invocation {
  readonly verb: Verb;
  readonly args: readonly (string | readonly string[] | undefined)[];
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** What every verb takes. */
const commonOptions: readonly Option[] = [
  { form: '--json', about: 'one JSON document on stdout' },
  { form: '--profile <name>', about: 'use the variables of this profile' },
  {
    form: '--prefer <which>',
    about: 'which one is meant where profile and environment name different platforms',
    choices: ['profile', 'environment'],
  },
  { form: '--set <name=value>', about: 'set a variable for this call; may be repeated', repeats: true },
  { form: '--read-only', about: 'refuse everything that changes the target' },
];

/** What the options that every verb takes say about the configuration. */
export function configFlags({ profile, prefer, set }: Invocation['options']): ConfigFlags {
  return {
    ...(typeof profile === 'string' ? { profile } : {}),
    ...(prefer === 'profile' || prefer === 'environment' ? { prefer } : {}),
    ...(Array.isArray(set) ? { set } : {}),
  };
}

/**
 * @param print receives help and version
 * @returns undefined when help or the version was printed
 * @throws Fault `wrong-use`
 */
export function parseInvocation(
  argv: readonly string[],
  version: string,
  print: (text: string) => void,
): Invocation | undefined {
  let invocation: Invocation | undefined;
  const program = buildProgram(version, print, (parsed) => {
    invocation = parsed;
  });
  try {
    program.parse(withVerb(argv), { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return undefined;
    if (thrown.code === 'commander.help') throw verbMissing(argv);
    throw new Fault('wrong-use', thrown.message.replace(/^error: /, '').replaceAll('\n', ' '), {
      next: 'See gamekeeper --help',
      cause: thrown,
    });
  }
  return invocation;
}

/** Without a verb it is the console; commander's own default would take a mistyped verb for its argument. */
function withVerb(argv: readonly string[]): string[] {
  const [first] = argv;
  const aboutItself = ['--help', '-h', '--version', '-V'];
  if (first === undefined || (first.startsWith('-') && !aboutItself.includes(first)))
    return ['console', ...argv];
  return [...argv];
}

function verbMissing(argv: readonly string[]): Fault {
  const [group] = argv;
  const known = verbs.filter(({ name }) => name.startsWith(`${group} `)).map(({ name }) => name);
  return new Fault('wrong-use', `gamekeeper ${group} is not complete`, {
    next: `Use one of: ${known.join(', ')}`,
  });
}

function buildProgram(
  version: string,
  print: (text: string) => void,
  found: (parsed: Invocation) => void,
): Command {
  const settle = (command: Command) =>
    command
      .exitOverride()
      .configureOutput({ writeOut: print, writeErr: () => {} })
      .showSuggestionAfterError(true);
  const program = settle(new Command('gamekeeper'))
    .description('Console and CLI for the state persistence of multiplayer games')
    .version(version)
    .usage('[verb] [options]');
  const groups = new Map<string, Command>();
  for (const verb of verbs) {
    const [first = '', second] = verb.name.split(' ');
    const parent = second ? groupOf(program, groups, first, settle) : program;
    const command = settle(parent.command(second ?? first, { hidden: verb.hidden ?? false }));
    describe(command, verb).action((...received: unknown[]) => {
      const args = received.slice(0, verb.arguments?.length ?? 0) as Invocation['args'];
      found({ verb, args, options: command.opts() });
    });
  }
  return program;
}

const groupSummaries: Readonly<Record<string, string>> = {
  config: 'Settings: show, check, presets',
  backup: 'Archives of games: create, list, validate, restore, retire',
  games: 'Stored games: list, show, verify, snapshot, recover, correct, compare, migrate',
  rollback: 'Turn state persistence off, and see what is on',
  runbook: 'Runbooks: list, show, lint, walk',
  audit: 'The hash-chained log of what was done',
};

function groupOf(
  program: Command,
  groups: Map<string, Command>,
  name: string,
  settle: (command: Command) => Command,
): Command {
  const known = groups.get(name);
  if (known) return known;
  const group = settle(program.command(name)).description(groupSummaries[name] ?? '');
  groups.set(name, group);
  return group;
}

function describe(command: Command, verb: Verb): Command {
  command.description(verb.summary).allowExcessArguments(false);
  for (const argument of verb.arguments ?? []) command.argument(argument.form, argument.about);
  for (const row of [...(verb.options ?? []), ...commonOptions]) {
    const option = new CommanderOption(row.form, row.about);
    if (row.choices) option.choices([...row.choices]);
    if (row.repeats) option.argParser((text, before: readonly string[] = []) => [...before, text]);
    if (row.fallback) option.default(row.fallback);
    if (row.conflicts) option.conflicts([...row.conflicts]);
    command.addOption(option);
  }
  return command;
}
