import { formatAge } from '../../base/units.ts';
import type { FleetFlags } from '../../flags/store.ts';
import { flagNames } from '../../platform/flags.ts';
import { flagText } from '../../rollback/off.ts';
import { type LastRollback, readRollbackStatus } from '../../rollback/status.ts';
import { exit } from '../exit.ts';
import { table } from '../table.ts';
import type { VerbRun } from '../verb.ts';

const verdictWords = {
  on: 'ON: every server has the same flags',
  off: 'OFF: every flag on every server',
  'servers-differ': 'SERVERS DIFFER: look at each of them',
  unknown: 'UNKNOWN: not every server was read',
} as const;

export const run: VerbRun = async ({ world, signal }) => {
  const { audit, reports } = await world.runner();
  const status = await readRollbackStatus({ flags: await world.flags(), audit, reports }, signal);
  return {
    exit: status.verdict === 'unknown' ? exit.inPart : exit.done,
    result: status,
    text: () => [
      `${verdictWords[status.verdict]} (${status.place})`,
      ...table(flagRows(status.flags)),
      lastLine(status.last, world.clock.now()),
    ],
  };
};

function flagRows({ servers }: FleetFlags): string[][] {
  const header = ['SERVER', ...flagNames];
  const rows = servers.map((row) => {
    if ('fault' in row) return [row.server, `not read: ${row.fault.message}`];
    return [row.server, ...flagNames.map((name) => flagText(row.flags[name]))];
  });
  return [header, ...rows];
}

function lastLine(last: LastRollback | undefined, nowMs: number): string {
  if (!last) return 'No rollback was run from this machine';
  const { outcome, startedAtMs, actor, title, run } = last;
  return `Last: ${outcome}, ${formatAge(nowMs - startedAtMs)} ago by ${actor.user}: ${title} (run ${run})`;
}
