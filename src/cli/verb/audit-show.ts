import type { AuditEntry } from '../../action/audit.ts';
import type { UnfinishedRun } from '../../action/unfinished.ts';
import { exit } from '../exit.ts';
import { stepWords } from '../progress.ts';
import { countOption } from '../quantity.ts';
import { table } from '../table.ts';
import type { VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const { audit, unfinishedRuns } = await call.world.runner();
  const entries = await audit.read(countOption(call, 'limit'));
  const [head, unfinished, chain] = await Promise.all([audit.head(), unfinishedRuns(), audit.verify()]);
  const isBroken = chain.kind === 'broken';
  return {
    exit: isBroken ? exit.integrity : exit.done,
    result: { head, chain, entries, unfinished },
    text: () => [
      ...(isBroken ? [`BROKEN at line ${chain.line}: ${chain.why}. What follows cannot be trusted`] : []),
      ...table(entries.map(entryRow)),
      ...unfinished.flatMap(unfinishedLines),
      head ? `head ${head}` : `Nothing was done in ${call.world.environment} yet`,
    ],
  };
};

function entryRow(entry: AuditEntry): string[] {
  const { user, host, sshOrigin } = entry.actor;
  const who = `${user}@${host}${sshOrigin ? ` from ${sshOrigin}` : ''}`;
  const what = entry.event === 'run-ended' ? `ended: ${entry.outcome}` : 'started';
  return [new Date(entry.atMs).toISOString(), who, entry.action, what, entry.title, entry.run];
}

/** Its effect is not known: it is looked at, never run again blindly. */
function unfinishedLines({ run, title, actor, steps }: UnfinishedRun): string[] {
  return [
    `UNFINISHED: run ${run} by ${actor.user}: ${title}`,
    ...table(steps.map(({ name, state }) => ['  step', name, stepWords(state)])),
    '  Its process ended before the run did. Look at what it was to change before you run anything again',
  ];
}
