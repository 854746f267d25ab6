import type { ArchiveRow } from '../../backup/archive-list.ts';
import { Fault } from '../../base/fault.ts';
import { formatAge, formatBytes } from '../../base/units.ts';
import { exit } from '../exit.ts';
import { table } from '../table.ts';
import type { VerbRun } from '../verb.ts';

export const run: VerbRun = async ({ world, signal }) => {
  const listing = await (await world.archives()).list(signal);
  const now = world.clock.now();
  return {
    exit: exit.done,
    result: listing,
    text: () => [
      `${listing.archives.length} archives in ${listing.location}`,
      ...(listing.archives.length > 0
        ? table([
            ['NAME', 'AGE', 'GAMES', 'SIZE', 'SOURCE', 'VERIFIED'],
            ...listing.archives.map((row) => cells(row, now)),
          ])
        : ['Make one with: gamekeeper backup create']),
    ],
  };
};

function cells({ name, manifest, verifiedAtMs }: ArchiveRow, nowMs: number): string[] {
  const verified = verifiedAtMs === undefined ? 'never' : `${formatAge(nowMs - verifiedAtMs)} ago`;
  if (manifest instanceof Fault) return [name, '?', '?', '?', `unreadable: ${manifest.message}`, verified];
  const { endedAtMs, games, storedBytes, source } = manifest;
  return [name, formatAge(nowMs - endedAtMs), String(games), formatBytes(storedBytes), source, verified];
}
