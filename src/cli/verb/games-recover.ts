import { asFault, Fault } from '../../base/fault.ts';
import type { RecoveryMode } from '../../engine/recovery-mode.ts';
import { act } from '../act.ts';
import { evictionChoice, refuseGameWithPlan, requiredGame } from '../game-key.ts';
import { countOption, durationOption, momentOption } from '../quantity.ts';
import { textArgument, textOption, type VerbCall, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  refuseGameWithPlan(call);
  const { actions } = call.world;
  const how = () => ({
    mode: modeOf(call),
    ...evictionChoice(call),
    reason: textOption(call, 'reason'),
  });
  if (await isBulk(call)) {
    return act(call, actions['games recover --since'], () => ({
      sinceMs: durationOption(call, 'since') ?? 0,
      parallel: countOption(call, 'parallel') ?? 1,
      ...how(),
    }));
  }
  return act(call, actions['games recover'], () => ({ id: requiredGame(call), ...how() }));
};

/** A saved plan tells itself whether it is of one game or of many. */
async function isBulk(call: VerbCall): Promise<boolean> {
  const plan = textOption(call, 'plan');
  const isSince = textOption(call, 'since') !== undefined;
  if (isSince && textArgument(call, 0) !== undefined) {
    throw new Fault('wrong-use', 'Both a game and --since were named', { next: 'Name one of them' });
  }
  if (plan === undefined) return isSince;
  const [runner, action] = [await call.world.runner(), await call.world.actions['games recover --since']()];
  try {
    await runner.load(action, plan);
    return true;
  } catch (thrown) {
    if (asFault(thrown).code === 'wrong-use') return false;
    throw thrown;
  }
}

function modeOf(call: VerbCall): RecoveryMode {
  const kind = textOption(call, 'mode');
  const revision = countOption(call, 'snapshot');
  const atMs = momentOption(call, 'at', call.world.clock.now());
  refuseStray(call, kind);
  if (kind === 'snapshot') {
    if (revision !== undefined) return { kind, revision };
    throw missing(
      '--mode snapshot needs a snapshot',
      'Add --snapshot REVISION: gamekeeper games snapshots ID',
    );
  }
  if (kind === 'point-in-time') {
    if (atMs !== undefined) return { kind, atMs };
    throw missing('--mode point-in-time needs a time', 'Add --at 2026-11-23T12:54:00Z, or --at 10m');
  }
  return kind === 'before-error' ? { kind } : { kind: 'latest' };
}

/** What belongs to another mode would be taken no notice of, which is not what was meant. */
function refuseStray(call: VerbCall, kind: string | undefined): void {
  for (const [option, mode] of [
    ['snapshot', 'snapshot'],
    ['at', 'point-in-time'],
  ] as const) {
    if (textOption(call, option) === undefined || kind === mode) continue;
    throw missing(`--${option} is for another mode`, `Add --mode ${mode}, or leave --${option} out`);
  }
}

const missing = (message: string, next: string) => new Fault('wrong-use', message, { next });
