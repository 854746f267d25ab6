import { outline } from '../../runbook/outline.ts';
import { exit } from '../exit.ts';
import { textArgument, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const library = await call.world.runbooks();
  const runbook = library.get(textArgument(call, 0) ?? '');
  return { exit: exit.done, result: runbook, text: () => outline(runbook) };
};
