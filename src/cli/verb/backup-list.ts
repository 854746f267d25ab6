import type { ArchiveRow } from '../../backup/archive-list.ts';
import {
  agoText,
  archivesText,
  cipherText,
  consistencyText,
  holdsText,
  ratioText,
  verifiedText,
} from '../../backup/archive-words.ts';
import { Fault } from '../../base/fault.ts';
import { formatBytes, formatValue } from '../../base/units.ts';
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
      `${archivesText(listing.archives.length)} in ${listing.location}`,
      ...(listing.archives.length > 0
        ? table([titles, ...listing.archives.map((row) => cells(row, now))])
        : ['Make one with: gamekeeper backup create']),
    ],
  };
};

const titles = [
  ...['NAME', 'AGE', 'GAMES', 'SIZE', 'RATIO', 'HOLDS', 'CODEC', 'ENCRYPTED'],
  ...['VERIFIED', 'CONSISTENCY', 'SOURCE'],
];

function cells(row: ArchiveRow, nowMs: number): string[] {
  const { name, manifest } = row;
  const verified = verifiedText(row, nowMs);
  if (manifest instanceof Fault)
    return [name, ...Array<string>(7).fill('?'), verified, '?', `unreadable: ${manifest.message}`];
  const { startedAtMs, games, storedBytes, codec, source } = manifest;
  return [
    name,
    // What changed since it began may not be in it.
    agoText(startedAtMs, nowMs),
    ...[formatValue(games, 'games'), formatBytes(storedBytes), ratioText(manifest), holdsText(manifest)],
    ...[codec, cipherText(manifest), verified, consistencyText(manifest), source],
  ];
}
