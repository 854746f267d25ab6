import { runSandbox } from '../../sandbox/main.ts';
import { exit } from '../exit.ts';
import { textArgument, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  await runSandbox({ folder: textArgument(call, 0) ?? '' });
  return { exit: exit.done, result: {}, text: () => [] };
};
