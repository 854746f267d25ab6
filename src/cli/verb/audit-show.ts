import type { AuditEntry } from '../../action/audit.ts';
import { Fault } from '../../base/fault.ts';
import { exit } from '../exit.ts';
import { table } from '../table.ts';
import { textOption, type VerbCall, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const { audit } = await call.world.runner();
  const entries = await audit.read(limitOf(call));
  const head = await audit.head();
  return {
    exit: exit.done,
    result: { head, entries },
    text: () => [
      ...table(entries.map(entryRow)),
      head ? `head ${head}` : `Nothing was done in ${call.world.environment} yet`,
    ],
  };
};

function limitOf(call: VerbCall): number {
  const text = textOption(call, 'limit') ?? '';
  if (!/^[1-9]\d{0,6}$/.test(text)) {
    throw new Fault('wrong-use', `--limit ${text} is not a count`, {
      next: 'Give a whole number, like --limit 50',
    });
  }
  return Number(text);
}

function entryRow(entry: AuditEntry): string[] {
  const { user, host, sshOrigin } = entry.actor;
  const who = `${user}@${host}${sshOrigin ? ` from ${sshOrigin}` : ''}`;
  const what = entry.event === 'run-ended' ? `ended: ${entry.outcome}` : 'started';
  return [new Date(entry.atMs).toISOString(), who, entry.action, what, entry.title, entry.run];
}
