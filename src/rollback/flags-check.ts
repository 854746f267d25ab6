import type { Check } from '../action/action.ts';
import type { FlagStore } from '../flags/store.ts';
import type { PlannedServer, RollbackDetail } from './detail.ts';
import { type ReadBack, readOn } from './steps.ts';

/** One check for each planned server, and one for each that has appeared since. */
export async function checkFlags(
  { servers }: RollbackDetail,
  store: FlagStore,
  signal?: AbortSignal,
): Promise<Check[]> {
  const fleet = await store.read(signal);
  const known = new Set(servers.map(({ server }) => server));
  const appeared = fleet.servers.filter(({ server }) => !known.has(server));
  return [
    ...servers.map((planned) => judge(planned, readOn(planned.server, fleet))),
    ...appeared.map(({ server }) => check(readOn(server, fleet))),
  ];
}

function judge(planned: PlannedServer, read: ReadBack): Check {
  if ('unread' in planned && read.kind === 'off') {
    return {
      ...check(read),
      kind: 'inconclusive',
      found: `${read.found} now; before the run it was not read`,
    };
  }
  return check(read);
}

const kinds = { off: 'pass', on: 'fail', unread: 'inconclusive' } as const;

const check = ({ server, kind, found }: ReadBack): Check => ({
  name: `flags off on ${server}`,
  kind: kinds[kind],
  found,
});
