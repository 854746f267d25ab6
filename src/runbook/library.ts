import { basename } from 'node:path';
import { Fault } from '../base/fault.ts';
import { readRunbook, runbookFiles } from './files.ts';
import { lintRunbook } from './lint.ts';
import type { ParsedRunbook } from './parse.ts';
import { type Problem, problemLine } from './problem.ts';
import type { Runbook } from './runbook.ts';

/** The runbooks at hand, as they were when they were loaded. */
export interface RunbookLibrary {
  /** Those that can be walked, by id. */
  list(): readonly Runbook[];
  /** @throws Fault `not-found`, naming what exists or what is wrong with the one asked for */
  get(id: string): Runbook;
  /** What is wrong with any of the files, also with those that can be walked. */
  readonly problems: readonly Problem[];
}

export interface RunbookFolder {
  readonly path: string;
  /** True when nothing is amiss if it does not exist. */
  readonly optional?: boolean;
}

/** The first of two runbooks with one id is listed, so an operator's folder belongs before ours to win over it. */
export async function loadLibrary(folders: readonly RunbookFolder[]): Promise<RunbookLibrary> {
  const files = await Promise.all(folders.map(filesOf));
  const paths = [...new Set(files.flatMap((found) => found.paths))];
  const problems = files.flatMap((found) => found.problems);
  const byId = new Map<string, Runbook>();
  for (const parsed of await Promise.all(paths.map(readRunbook))) {
    if (parsed.kind === 'broken') {
      problems.push(...parsed.problems);
      continue;
    }
    problems.push(...lintRunbook(parsed));
    const { runbook } = parsed;
    const first = byId.get(runbook.id);
    if (first) problems.push(duplicate(parsed, first));
    else byId.set(runbook.id, runbook);
  }
  const runbooks = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    list: () => runbooks,
    get: (id) => {
      const runbook = byId.get(id);
      if (runbook) return runbook;
      throw notFound(id, runbooks, problems);
    },
    problems,
  };
}

interface FolderFiles {
  readonly paths: readonly string[];
  readonly problems: readonly Problem[];
}

async function filesOf({ path, optional = false }: RunbookFolder): Promise<FolderFiles> {
  try {
    return { paths: await runbookFiles(path), problems: [] };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    if (optional && thrown.code === 'not-found') return { paths: [], problems: [] };
    const next = 'Create it, or correct the setting that names it';
    return {
      paths: [],
      problems: [{ file: path, line: 1, column: 1, rule: 'unreadable', message: thrown.message, next }],
    };
  }
}

function duplicate({ runbook, source }: ParsedRunbook, first: Runbook): Problem {
  return {
    file: source.file,
    ...source.at(['id']),
    rule: 'duplicate-id',
    message: `"${runbook.id}" is already the id of ${first.path}, this one is not listed`,
    next: 'Give one of them another id',
  };
}

function notFound(id: string, runbooks: readonly Runbook[], problems: readonly Problem[]): Fault {
  const broken = problems.find(({ file }) => /^(.*)\.ya?ml$/.exec(basename(file))?.[1] === id);
  if (broken) {
    return new Fault('not-found', `Runbook "${id}" cannot be read: ${problemLine(broken)}`, {
      next: 'Correct the file',
    });
  }
  const known = runbooks.map((runbook) => runbook.id).join(', ');
  return new Fault('not-found', `There is no runbook "${id}"`, {
    next: known ? `Use one of ${known}` : 'Put a runbook into the folder of runbooks',
  });
}
