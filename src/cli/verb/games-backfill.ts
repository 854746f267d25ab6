import type { CopyPolicy } from '../../migration/copy-decision.ts';
import { act } from '../act.ts';
import { textOption, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) =>
  act(call, call.world.actions['games backfill'], () => ({
    // The parser lets only these choices through.
    onExisting: textOption(call, 'onExisting') as CopyPolicy,
  }));
