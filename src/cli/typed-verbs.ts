/** Verbs that are typed into the console, with the words that they take in a shell. */
import { asFault, Fault } from '../base/fault.ts';
import type { World } from '../compose/world.ts';
import type { Option } from '../verbs.ts';
import type { Invocation } from './program.ts';
import { inputOf as createInput } from './verb/backup-create.ts';
import { inputOf as pruneInput } from './verb/backup-prune.ts';
import { inputOf as restoreInput } from './verb/backup-restore.ts';
import { inputOf as retireInput } from './verb/backup-retire.ts';
import type { Asked, Program } from './verb.ts';

/** As an action of the console is asked for. */
const requests = {
  'backup create': (asked: Asked) => ({ action: 'backup create', input: createInput(asked) }) as const,
  'backup restore': (asked: Asked) => ({ action: 'backup restore', input: restoreInput(asked) }) as const,
  'backup retire': (asked: Asked) => ({ action: 'backup retire', input: retireInput(asked) }) as const,
  'backup prune': (asked: Asked) => ({ action: 'backup prune', input: pruneInput(asked) }) as const,
};

type TypedVerb = keyof typeof requests;

const isTyped = (name: string): name is TypedVerb => Object.hasOwn(requests, name);

/** The console plans, shows and asks by itself, for the platform that it was started for. */
const ofTheShell = [
  '--dry-run',
  '--plan',
  '--confirm',
  '--json',
  '--profile',
  '--prefer',
  '--set',
  '--read-only',
];

const isOfTheShell = (word: string) => ofTheShell.includes(word.replace(/[ =].*/s, ''));

const takenOf = (options: readonly Option[] = []) =>
  options
    .filter(({ form }) => !isOfTheShell(form))
    .map(({ form, about, choices }) => ({
      form,
      about: choices ? `${choices.join(', ')}: ${about}` : about,
    }));

/** The console's port of them. */
export function typedVerbs(world: World, { verbs, parse }: Program) {
  return {
    options: Object.fromEntries(
      verbs.flatMap(({ name, options }) => (isTyped(name) ? [[name, takenOf(options)]] : [])),
    ),
    read(line: string) {
      const words = wordsOf(line);
      const foreign = words.find(isOfTheShell);
      if (foreign !== undefined) throw onlyInShell(foreign);
      const invocation = withoutNext(() => parse(words));
      const name = invocation?.verb.name ?? '';
      if (!invocation || !isTyped(name)) throw notHere(line);
      return requests[name]({ world, args: invocation.args, options: invocation.options });
    },
  };
}

/** What the parser says to do next is for a shell; what can be typed is on the screen. */
function withoutNext(parse: () => Invocation | undefined): Invocation | undefined {
  try {
    return parse();
  } catch (thrown) {
    const { code, message } = asFault(thrown);
    throw new Fault(code, message, { cause: thrown });
  }
}

/** At spaces, but for those in quotes. */
function wordsOf(line: string): readonly string[] {
  const quoted = /"([^"]*)"|'([^']*)'/g;
  if (/["']/.test(line.replace(quoted, ''))) {
    throw new Fault('wrong-use', 'A quotation mark has no second one', { next: 'Close it, or leave it out' });
  }
  const words = line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(quoted, '$1$2'));
}

const notHere = (line: string) => new Fault('wrong-use', `"${line}" cannot be typed into the console`);

const onlyInShell = (word: string) =>
  new Fault('wrong-use', `${word} is for a shell`, {
    next: 'Leave it out: the console shows the plan first, and asks before it changes anything',
  });
