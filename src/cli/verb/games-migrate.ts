import { Fault } from '../../base/fault.ts';
import type { MigrateInput } from '../../migration/migrate-plan.ts';
import { act } from '../act.ts';
import { durationOption } from '../quantity.ts';
import { flagOption, listArgument, type VerbCall, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) =>
  act(call, call.world.actions['games migrate'], () => ({
    ids: idsOf(call),
    idleMs: durationOption(call, 'idleFor') ?? 0,
  }));

function idsOf(call: VerbCall): MigrateInput['ids'] {
  const ids = listArgument(call, 0);
  const isAll = flagOption(call, 'all');
  if (isAll === (ids.length === 0)) return isAll ? 'all' : ids;
  const message = isAll ? 'Both games and --all were named' : 'Neither games nor --all were named';
  throw new Fault('wrong-use', message, { next: 'Name the games, or all of them with --all' });
}
