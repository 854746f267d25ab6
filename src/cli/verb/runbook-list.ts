import { problemLine } from '../../runbook/problem.ts';
import { exit } from '../exit.ts';
import { table } from '../table.ts';
import type { VerbRun } from '../verb.ts';

export const run: VerbRun = async ({ world }) => {
  const library = await world.runbooks();
  const runbooks = library
    .list()
    .map(({ id, title, summary, path, hash }) => ({ id, title, summary, path, hash }));
  return {
    exit: exit.done,
    result: { runbooks, problems: library.problems },
    text: () => [
      ...table(runbooks.map(({ id, title, summary }) => [id, title, summary])),
      ...library.problems.map(problemLine),
    ],
  };
};
