/**
 * Counts games by a scan of keys, phases and the names of snapshots. Its reads are eventually consistent, at half the
 * price: a count over a scan is not of one moment anyway. What is stored is told by the capacity that the scan took,
 * as a unit is 8 KB: DescribeTable's own figure is up to six hours old, and 0 for a table that is younger.
 */
import type { Clock } from '../../base/clock.ts';
import { createPhaseTally } from '../phase-tally.ts';
import type { Census } from '../port.ts';
import type { Item } from './attribute-value.ts';
import { legacyExpiry } from './legacy-item.ts';
import { parseRef } from './pieces.ts';
import type { Call } from './requests.ts';
import { isLiveHead, scanPages, scanSources } from './scan.ts';
import type { LegacyTable, Tables } from './tables.ts';

const bytesPerUnit = 8192;

/** Works half of the time and rests half of it, so that games go on at their speed. */
export async function takeCensus(
  tables: Tables,
  clock: Clock,
  startCall: () => Call,
  signal?: AbortSignal,
): Promise<Census> {
  const tally = createPhaseTally();
  let snapshots = 0;
  let units: number | undefined = 0;
  let startedAtMs = clock.now();
  const sources = scanSources(tables, ['phase', 'pieces'], false);
  for await (const { source, items, readUnits } of scanPages(sources, 1, startCall)) {
    units = units === undefined || readUnits === undefined ? undefined : units + readUnits;
    for (const item of items.filter(isGame(source.legacy, clock.now()))) {
      tally.add(source.legacy ? 'legacy' : 'current', phaseIn(item));
      if (!source.legacy) snapshots += snapshotsIn(item);
    }
    await clock.sleep(clock.now() - startedAtMs, signal);
    startedAtMs = clock.now();
  }
  return {
    atMs: clock.now(),
    games: tally.list(),
    snapshots,
    usedBytes: units === undefined ? {} : { all: units * bytesPerUnit },
    limitBytes: undefined,
  };
}

const isGame = (legacy: LegacyTable | undefined, nowMs: number) => (item: Item) => {
  if (!legacy) return item.part?.S === 'head' && isLiveHead(item.game_id?.S ?? '', item, nowMs);
  const expiresAtMs = legacyExpiry(item, legacy.ttl, nowMs);
  return expiresAtMs === undefined || expiresAtMs > nowMs;
};

/** Legacy games that came from another backend hold bytes. */
const phaseIn = ({ phase }: Item) => phase?.S ?? (phase?.B && Buffer.from(phase.B).toString());

const snapshotsIn = ({ pieces }: Item) =>
  (pieces?.L ?? []).filter(({ S = '' }) => parseRef(S)?.kind === 's').length;
