import { Fault } from '../../base/fault.ts';
import { act } from '../act.ts';
import { textOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) =>
  act(call, call.world.actions['rollback run'], () => {
    const reason = textOption(call, 'reason')?.trim();
    if (!reason) {
      throw new Fault('wrong-use', 'A rollback needs a reason', {
        next: 'Add --reason "what you see", for the audit log and the report',
      });
    }
    return { reason };
  });
