import type { Step, StepOutcome } from '../action/action.ts';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import type { FlagStore, FlagWrite, FleetFlags } from '../flags/store.ts';
import { count, type RollbackDetail } from './detail.ts';
import { allOff, flagsStillOn } from './off.ts';
import { type Patience, poll } from './poll.ts';

export const stepNames = (servers: number) => [
  `Turn the three flags off on ${count(servers, 'server')}, all three at once on each`,
  'Read the flags back until every server says off',
];

/** One bulk write for each server: no server is left with one flag off and another on. */
export function writeStep(store: FlagStore, { servers }: RollbackDetail): Step {
  return {
    name: stepNames(servers.length)[0] ?? '',
    async run({ signal, progress }) {
      const rows = await store.write(allOff, signal);
      const results = servers.map(({ server }) => resultOn(server, rows));
      const readable = results.some(({ kind }) => kind === 'unknown') ? await store.read(signal) : undefined;
      const settled = results.map((result) => (readable ? settle(result, readable) : result));
      progress(settled.filter(isOff).length, servers.length, 'servers');
      return sumUp(settled);
    },
  };
}

interface Result {
  readonly server: string;
  readonly kind: FlagWrite['kind'];
  readonly fault?: Fault;
}

/** The least certain row speaks for its server; a server without an answer for each flag is unknown. */
function resultOn(server: string, rows: readonly FlagWrite[]): Result {
  const own = rows.filter((row) => row.server === server);
  if (own.length < allOff.length) return { server, kind: 'unknown', fault: silent(server) };
  const worst = (['unknown', 'failed', 'changed', 'unchanged'] as const).flatMap((kind) =>
    own.filter((row) => row.kind === kind),
  )[0];
  return worst ?? { server, kind: 'unknown', fault: silent(server) };
}

/** An answer that got lost is settled by what the server now says. On is not settled: the write may be under way. */
function settle(result: Result, { servers }: FleetFlags): Result {
  if (result.kind !== 'unknown') return result;
  const row = servers.find(({ server }) => server === result.server);
  const off = row && 'flags' in row && flagsStillOn(row.flags).length === 0;
  return off ? { server: result.server, kind: 'changed' } : result;
}

const isOff = ({ kind }: Result) => kind === 'changed' || kind === 'unchanged';

function sumUp(results: readonly Result[]): StepOutcome {
  const note = results.map(({ server, kind, fault }) => `${server}: ${fault?.message ?? kind}`).join('; ');
  if (results.every(isOff)) {
    return { kind: results.some(({ kind }) => kind === 'changed') ? 'done' : 'unchanged', note };
  }
  const changed = results.some(({ kind }) => kind === 'changed');
  const bad = results.find((result) => !isOff(result));
  const fault = new Fault(changed ? 'partial' : (bad?.fault?.code ?? 'platform-failed'), note, {
    next: 'Repair the servers that are named, then plan the rollback again',
  });
  const failed = changed || results.every(({ kind }) => kind !== 'unknown');
  return { kind: failed ? 'failed' : 'unknown', fault };
}

export function readBackStep(
  store: FlagStore,
  { servers }: RollbackDetail,
  clock: Clock,
  patience: Patience,
): Step {
  return {
    name: stepNames(servers.length)[1] ?? '',
    async run({ signal, progress }) {
      const read = async (inner?: AbortSignal) => {
        const fleet = await store.read(inner);
        const rows = servers.map(({ server }) => readOn(server, fleet));
        progress(rows.filter(({ kind }) => kind === 'off').length, servers.length, 'servers');
        return rows;
      };
      const isSettled = (rows: readonly ReadBack[]) => rows.every(({ kind }) => kind === 'off');
      return judge(await poll(clock, patience, read, isSettled, signal));
    },
  };
}

export interface ReadBack {
  readonly server: string;
  readonly kind: 'off' | 'on' | 'unread';
  readonly found: string;
}

export function readOn(server: string, fleet: FleetFlags): ReadBack {
  const row = fleet.servers.find((candidate) => candidate.server === server);
  if (!row) return { server, kind: 'unread', found: 'no longer among the servers' };
  if ('fault' in row) return { server, kind: 'unread', found: row.fault.message };
  const on = flagsStillOn(row.flags);
  return on.length === 0
    ? { server, kind: 'off', found: 'all three flags are off' }
    : { server, kind: 'on', found: `still on: ${on.join(', ')}` };
}

function judge(rows: readonly ReadBack[]): StepOutcome {
  const note = rows.map(({ server, found }) => `${server}: ${found}`).join('; ');
  if (rows.every(({ kind }) => kind === 'off')) return { kind: 'done', note };
  const next = 'Look at the servers that are named, then plan the rollback again';
  return rows.some(({ kind }) => kind === 'on')
    ? { kind: 'failed', fault: new Fault('platform-failed', note, { next }) }
    : { kind: 'unknown', fault: new Fault('inconclusive', note, { next }) };
}

const silent = (server: string) =>
  new Fault('inconclusive', `${server} did not say what became of the write`);
