import { Fault } from '../../base/fault.ts';
import { problemLine } from '../../runbook/problem.ts';
import { exit } from '../exit.ts';
import { listArgument, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const paths = listArgument(call, 0);
  const library = paths.length > 0 ? await loadFrom(paths) : await call.world.runbooks();
  const { problems } = library;
  const checked = library.list().length;
  if (checked === 0 && problems.length === 0) {
    throw new Fault('not-found', 'There is no runbook to check', {
      next: 'Name files that end in .yaml, or their folder',
    });
  }
  return {
    exit: problems.length > 0 ? exit.failed : exit.done,
    result: { checked, problems },
    text: () => [
      ...problems.map(problemLine),
      `${problems.length} problems, ${checked} runbooks can be walked`,
    ],
  };
};

async function loadFrom(paths: readonly string[]) {
  const { loadLibrary } = await import('../../runbook/library.ts');
  return loadLibrary(paths.map((path) => ({ path })));
}
