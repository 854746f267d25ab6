import type { RestoreInput } from '../../backup/restore-plan.ts';
import { Fault } from '../../base/fault.ts';
import { act } from '../act.ts';
import { type Asked, flagOption, listOption, textArgument, textOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const named = textArgument(call, 0) !== undefined;
  if (named && textOption(call, 'plan') !== undefined) throw namedTwice('a plan', 'a plan');
  if (named && textOption(call, 'undo') !== undefined) throw namedTwice('a run to undo', 'that run');
  return act(call, call.world.actions['backup restore'], () => inputOf(call));
};

export function inputOf(call: Asked): RestoreInput {
  const only = listOption(call, 'only');
  const undo = textOption(call, 'undo');
  const shared = {
    // The parser lets only these choices through.
    onExisting: (textOption(call, 'onExisting') ??
      (undo === undefined ? 'fail' : 'skip')) as RestoreInput['onExisting'],
    ...(only ? { only } : {}),
  };
  if (undo !== undefined) return { undo, ...shared };
  const archive = textArgument(call, 0);
  if (archive === undefined) throw nothingNamed();
  const to = textOption(call, 'to');
  const resume = flagOption(call, 'resume');
  return { archive, ...shared, ...(to === undefined ? {} : { to }), ...(resume ? { resume } : {}) };
}

function namedTwice(other: string, which: string): Fault {
  return new Fault('wrong-use', `Both an archive and ${other} were named, and ${which} has its own archive`, {
    next: 'Name one of them',
  });
}

function nothingNamed(): Fault {
  return new Fault('wrong-use', 'Neither an archive nor a plan was named', {
    next: 'Give the name of an archive, or --plan with the id of a saved plan; gamekeeper backup list shows the archives',
  });
}
