import type { RestoreInput } from '../../backup/restore-plan.ts';
import { Fault } from '../../base/fault.ts';
import { act } from '../act.ts';
import { listOption, textArgument, textOption, type VerbCall, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  if (textOption(call, 'plan') !== undefined && textArgument(call, 0) !== undefined) {
    throw new Fault('wrong-use', 'Both an archive and a plan were named, and a plan has its own archive', {
      next: 'Name one of them',
    });
  }
  return act(call, call.world.actions['backup restore'], () => inputOf(call));
};

function inputOf(call: VerbCall): RestoreInput {
  const archive = textArgument(call, 0);
  if (archive === undefined) {
    throw new Fault('wrong-use', 'Neither an archive nor a plan was named', {
      next: 'Give the name of an archive, or --plan with the id of a saved plan; gamekeeper backup list shows the archives',
    });
  }
  const only = listOption(call, 'only');
  return {
    archive,
    // The parser lets only these choices through.
    onExisting: textOption(call, 'onExisting') as RestoreInput['onExisting'],
    ...(only ? { only } : {}),
  };
}
