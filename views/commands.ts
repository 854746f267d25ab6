/** What can be typed after `:`. */
import { isScreenId, type ScreenId, type View } from './navigation.ts';

export type Command =
  | { readonly kind: 'open'; readonly view: View }
  | { readonly kind: 'quit' }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly why: string };

/** Screens by what their argument is; `undefined` takes none. */
export type Subjects = Readonly<Record<ScreenId, { readonly subject?: string }>>;

const plain = ['q', 'quit', 'help'];

export function parseCommand(text: string, screens: Subjects): Command {
  const [, name = '', subject = ''] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(text) ?? [];
  if (name === 'q' || name === 'quit') return { kind: 'quit' };
  if (name === 'help') return { kind: 'help' };
  if (!isScreenId(name)) return { kind: 'wrong', why: `No command "${name}"; Tab lists them` };
  const wanted = screens[name].subject;
  if (wanted && subject === '') return { kind: 'wrong', why: `:${name} needs a ${wanted}` };
  if (!wanted && subject !== '') return { kind: 'wrong', why: `:${name} takes no argument` };
  // The id of a game may hold spaces.
  if (wanted === 'runbook' && /\s/.test(subject))
    return { kind: 'wrong', why: `:${name} takes one ${wanted}` };
  return { kind: 'open', view: subject === '' ? { screen: name } : { screen: name, subject } };
}

/** Ids that an argument can be completed to, by what the argument is. */
export type Completable = Readonly<Record<string, readonly string[]>>;

/** Whole lines that the text could become. */
export function completions(text: string, screens: Subjects, known: Completable): readonly string[] {
  const [, name = '', space, subject = ''] = /^\s*(\S*)(\s+)?(.*)/s.exec(text) ?? [];
  if (space === undefined) {
    return [...Object.keys(screens), ...plain].filter((command) => command.startsWith(name));
  }
  const wanted = isScreenId(name) ? screens[name].subject : undefined;
  const ids = wanted === undefined ? [] : (known[wanted] ?? []);
  return ids.filter((id) => id.startsWith(subject)).map((id) => `${name} ${id}`);
}

/** As far as all candidates agree. */
export function commonStart(candidates: readonly string[]): string {
  const [first = ''] = candidates;
  const differs = [...first].findIndex((char, index) => candidates.some((other) => other[index] !== char));
  return differs === -1 ? first : first.slice(0, differs);
}
