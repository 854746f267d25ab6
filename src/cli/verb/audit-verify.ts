import { exit } from '../exit.ts';
import { textOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const { audit } = await call.world.runner();
  const found = await audit.verify(textOption(call, 'head'));
  if (found.kind === 'broken') {
    return {
      exit: exit.integrity,
      result: found,
      text: () => [
        `BROKEN at line ${found.line}: ${found.why}`,
        'Keep the file as it is, and compare it with the heads in notifications and reports',
      ],
    };
  }
  const torn = found.torn > 0 ? `, ${found.torn} cut by a crash` : '';
  return {
    exit: exit.done,
    result: found,
    text: () => [`Intact: ${found.lines} lines${torn}`, `head ${found.head ?? 'none, the log is empty'}`],
  };
};
