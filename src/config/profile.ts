/**
 * Profiles: the same variables in a file, `<name>.yaml`, as lines of `NAME: value`. `NAME: $NAME` leaves a value to the
 * environment, for secrets that no file may hold.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isScalar, LineCounter, type Pair, parseDocument } from 'yaml';
import { word } from './form.ts';
import type { ConfigProblem, Given, Layer, Source } from './given.ts';
import { placeOf } from './given.ts';
import { nearest } from './nearest.ts';
import { isVariable, type VariableName, variableNames } from './schema.ts';
import { secretsIn } from './secrets.ts';

const extension = '.yaml';
/** Everybody; a group may share its profiles. */
const othersRead = 0o004;

export interface Profile {
  readonly name: string;
  readonly file: string;
  readonly layer: Layer;
  /** Variables that it hands over to the environment on purpose, and where it says so. */
  readonly fromEnvironment: ReadonlyMap<VariableName, Source>;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

/** Never throws: what is wrong with the file, or in it, is in `problems`. */
export async function readProfile(folder: string, name: string): Promise<Profile> {
  const file = join(folder, name + extension);
  const unread = (problem: ConfigProblem): Profile => ({
    name,
    file,
    layer: {},
    fromEnvironment: new Map(),
    problems: [problem],
    warnings: [],
  });
  if ('problem' in word.parse(name)) return unread(await noSuchProfile(folder, name));
  try {
    const profile = parseProfile(await readFile(file, 'utf8'), name, file);
    return { ...profile, warnings: await readableByOthers(profile) };
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    return unread(missing ? await noSuchProfile(folder, name) : unreadable(file));
  }
}

async function readableByOthers({ file, layer }: Omit<Profile, 'warnings'>): Promise<ConfigProblem[]> {
  const { mode } = await stat(file);
  if (secretsIn([layer]).length === 0 || (mode & othersRead) === 0) return [];
  return [
    {
      variable: undefined,
      place: file,
      what: 'holds a secret and may be read by others',
      next: `Run chmod 600 ${file}`,
    },
  ];
}

function parseProfile(text: string, name: string, file: string): Omit<Profile, 'warnings'> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const sourceAt = (offset: number): Source => {
    const { line, col } = counter.linePos(offset);
    return { kind: 'profile', name, file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const layer: Layer = {};
  const fromEnvironment = new Map<VariableName, Source>();
  const problems: ConfigProblem[] = document.errors.map(({ pos, code }) =>
    // Without the parser's message: it quotes the line, which may hold a password.
    problemAt(sourceAt(pos[0]), undefined, `is not YAML here (${code})`, 'Mend this line'),
  );
  const { contents } = document;
  if (!isMap(contents)) {
    if (contents !== null && problems.length === 0) problems.push(noMap(sourceAt(contents.range?.[0] ?? 0)));
    return { name, file, layer, fromEnvironment, problems };
  }
  for (const pair of contents.items) {
    const entry = readEntry(pair, sourceAt);
    if ('what' in entry) problems.push(entry);
    else if (entry.text === `$${entry.name}`) fromEnvironment.set(entry.name, entry.source);
    else layer[entry.name] = { text: entry.text, source: entry.source };
  }
  return { name, file, layer, fromEnvironment, problems };
}

function readEntry(
  { key, value }: Pair,
  sourceAt: (offset: number) => Source,
): ConfigProblem | (Given & { readonly name: VariableName }) {
  const source = sourceAt((isScalar(key) && key.range?.[0]) || 0);
  const name = isScalar(key) ? String(key.value) : '';
  if (!isVariable(name)) return unknownName(source, name);
  if (name === 'GAMEKEEPER_PROFILE')
    return problemAt(source, name, 'cannot be set by a profile', 'Remove this line');
  const text = isScalar(value) ? scalarText(value.value, value.source) : undefined;
  if (text === undefined || text === '')
    return problemAt(source, name, 'has no value', `Write ${name}: VALUE on one line, or remove it`);
  return { name, text, source };
}

/** Numbers as they were written: 1_000 and 0x10 are no values, and must be refused as such. */
function scalarText(value: unknown, source: string | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' ? value : (source ?? String(value));
}

const problemAt = (
  source: Source,
  variable: string | undefined,
  what: string,
  next: string,
): ConfigProblem => ({
  variable,
  place: placeOf(source),
  what,
  next,
});

const noMap = (source: Source) =>
  problemAt(source, undefined, 'is not a list of NAME: value', 'Write lines like ENVIRONMENT: staging');

function unknownName(source: Source, name: string): ConfigProblem {
  const meant = nearest(name, variableNames);
  return problemAt(
    source,
    // Anything else may be a value that slipped to the start of its line.
    /^[A-Za-z_]\w{0,63}$/.test(name) ? name : undefined,
    'is not a variable that gamekeeper knows',
    meant ? `Did you mean ${meant}?` : 'Remove this line; gamekeeper config show lists those it knows',
  );
}

const unreadable = (file: string): ConfigProblem => ({
  variable: undefined,
  place: file,
  what: 'cannot be read',
  next: 'Make it a file that you may read',
});

async function noSuchProfile(folder: string, name: string): Promise<ConfigProblem> {
  const files = (await readdir(folder).catch((): string[] => [])).filter((file) => file.endsWith(extension));
  const names = files.map((file) => file.slice(0, -extension.length)).sort();
  return {
    variable: undefined,
    place: folder,
    what: `holds no profile "${name}"`,
    next:
      names.length > 0
        ? `Choose one of: ${names.join(', ')}`
        : `Create ${join(folder, `NAME${extension}`)} with lines like REDIS_URL: redis://…`,
  };
}
