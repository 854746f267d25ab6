/** The servers that a hold is about, and what they tell of it. */
import type { Check } from '../action/action.ts';
import type { Change } from '../action/plan.ts';
import { idText, namesOf } from '../game/record-words.ts';
import type { AdminClient } from '../platform/admin.ts';
import { findHolders, type Holders } from '../platform/held-games.ts';

export interface PlannedServers {
  readonly id: string;
  /** That answered when the plan was made: any of them may be the next to load the game. */
  readonly servers: readonly string[];
}

interface AskedHolders {
  readonly holders: Holders;
  /** That answered. */
  readonly servers: readonly string[];
}

/** @throws Fault of the first server when none answers */
export async function askHolders(
  admin: AdminClient,
  id: string,
  signal?: AbortSignal,
): Promise<AskedHolders> {
  const holders = await findHolders(admin, [id], signal);
  const dumb = new Set(holders.unasked.map(({ server }) => server));
  const servers = admin.servers.filter((server) => !dumb.has(server));
  const [first] = holders.unasked;
  if (servers.length === 0 && first) throw first.fault;
  return { holders, servers };
}

export const unaskedText = ({ unasked }: Holders, what: string): readonly string[] =>
  unasked.map(({ server, fault }) => `Whether ${server} ${what}: ${fault.message}`);

/** A server that does not have it in memory is told as well: it could load it. */
export function holdChanges(
  { of, holds }: Holders,
  { id, servers }: PlannedServers,
  to: string,
): readonly Change[] {
  return servers.map((server): Change => {
    const held = of.get(id)?.find((holder) => holder.server === server)?.held;
    const hold = holds.find((one) => one.server === server);
    const memory = held ? positionText(held) : 'not in memory';
    const until = hold ? `, on hold until ${timeText(hold.untilMs)}` : '';
    const effect = to === 'goes on' && !hold ? 'unchanged' : 'update';
    return { target: `game ${idText(id)} on ${server}`, effect, from: memory + until, to };
  });
}

const positionText = ({ revision, ahead }: { readonly revision: number; readonly ahead: number }) =>
  `in memory at revision ${revision}${ahead === 0 ? '' : `, ${ahead} transitions further than storage`}`;

const timeText = (ms: number) => new Date(ms).toISOString();

/** Asks the planned servers again. */
export async function checkHold(
  admin: AdminClient,
  { id, servers }: PlannedServers,
  wanted: 'on hold' | 'not on hold',
  signal?: AbortSignal,
): Promise<Check> {
  const name = `game ${idText(id)} ${wanted}`;
  const { holds, unasked } = await findHolders(admin, [id], signal);
  const silent = servers.filter((server) => unasked.some((one) => one.server === server));
  const until = new Map(holds.map(({ server, untilMs }) => [server, untilMs]));
  const wrong = servers.filter(
    (server) => !silent.includes(server) && until.has(server) !== (wanted === 'on hold'),
  );
  if (wrong.length > 0) return { name, kind: 'fail', found: `not so on ${namesOf(wrong)}` };
  if (silent.length > 0) return { name, kind: 'inconclusive', found: `not answered by ${namesOf(silent)}` };
  const ends = servers.flatMap((server) => until.get(server) ?? []);
  const found = ends.length > 0 ? `until ${timeText(Math.min(...ends))}` : 'it may be played';
  return { name, kind: 'pass', found: `on ${namesOf(servers)}: ${found}` };
}
