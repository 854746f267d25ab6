import { Fault } from '../../base/fault.ts';
import { sandboxFolder } from '../../compose/servers.ts';
import type { Attached } from '../../sandbox/attach.ts';
import type { StorageFaultRequest } from '../../sandbox/faults.ts';
import { exit } from '../exit.ts';
import { flagOption, textOption, type VerbCall, type VerbResult, type VerbRun } from '../verb.ts';

/** The longest that a timer takes, 24 days. */
const foreverMs = 2 ** 31 - 1;

export const run: VerbRun = async (call) => {
  if (!call.world.simulated) {
    throw new Fault('refused', `${call.world.place} is configured, this is not the sandbox`, {
      next: 'Unset REDIS_URL, the STATE_… and DYNAMODB_… variables and the profile',
    });
  }
  return flagOption(call, 'reset') ? reset(call) : show(call);
};

async function reset({ world }: VerbCall): Promise<VerbResult> {
  const { resetSandbox } = await import('../../sandbox/reset.ts');
  const folder = sandboxFolder(world.settings);
  await resetSandbox(folder);
  return { exit: exit.done, result: { folder, reset: true }, text: () => [`Deleted the games of ${folder}`] };
}

async function show(call: VerbCall): Promise<VerbResult> {
  const { world, signal } = call;
  const sandbox = await world.sandbox();
  const fault = textOption(call, 'fault');
  if (fault !== undefined) await disturb(sandbox, fault, signal);
  const { servers, pid } = sandbox;
  const folder = sandboxFolder(world.settings);
  const lines = [
    `Sandbox ${pid} in ${folder}`,
    ...servers.map((server) => `  game server ${server}`),
    ...(fault === undefined
      ? []
      : [fault === 'none' ? 'Its storage is undisturbed' : `Its storage has the fault ${fault}`]),
  ];
  if (flagOption(call, 'hold')) {
    call.say([...lines, 'It runs until you press Ctrl-C']);
    // The hold alone does not keep this process alive; a timer does.
    await Promise.race([world.clock.sleep(foreverMs, signal).catch(() => {}), sandbox.ended]);
  }
  const end = 'It ends two seconds after its last console or verb; --hold keeps it';
  return { exit: exit.done, result: { pid, folder, servers, fault }, text: () => [...lines, end] };
}

function disturb(sandbox: Attached, fault: string, signal: AbortSignal): Promise<void> {
  if (fault === 'none') return sandbox.clearFaults(signal);
  // The parser lets only the names of faults through.
  return sandbox.setFault({ fault } as StorageFaultRequest, signal);
}
