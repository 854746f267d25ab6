import { once } from '../../base/once.ts';
import { runSandbox } from '../../sandbox/main.ts';
import { exit } from '../exit.ts';
import { textArgument, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const folder = textArgument(call, 0) ?? '';
  // Not needed before its games are on the tables.
  const retirement = once(async () =>
    (await import('../sandbox-retirement.ts')).createSandboxRetirement(folder),
  );
  await runSandbox({
    folder,
    engineSettings: call.world.settings.engineChosen,
    retire: async (storage, signal) => (await retirement())(storage, signal),
  });
  return { exit: exit.done, result: {}, text: () => [] };
};
