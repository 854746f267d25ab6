import { Fault } from '../../base/fault.ts';
import { readTerminal } from '../../config/terminal.ts';
import { exit } from '../exit.ts';
import { textOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const terminal = readTerminal({ stdinIsTty: process.stdin.isTTY, stdoutIsTty: process.stdout.isTTY });
  if (terminal.obstacle !== undefined || call.options.json === true) {
    throw new Fault('wrong-use', `The console cannot open: ${terminal.obstacle ?? 'it has no JSON form'}`, {
      next: 'Use gamekeeper status, or see gamekeeper --help for the other verbs; each takes --json',
    });
  }
  const { openConsole } = await import('../console.ts');
  const { color, ascii } = terminal;
  await openConsole(call.world, call.program, { color, ascii, screen: textOption(call, 'screen') });
  return { exit: exit.done, result: {}, text: () => [] };
};
