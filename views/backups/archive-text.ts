/** What an archive is, in words. */

import type { ArchiveRow, Manifest } from '../../src/backup/archive-list.ts';
import { Fault } from '../../src/base/fault.ts';
import { formatDuration, formatValue } from '../../src/base/units.ts';

/** All that its manifest says; why it cannot be read where it cannot. */
export function archiveText({ manifest }: ArchiveRow): string {
  if (manifest instanceof Fault) return manifest.next ?? '';
  const { startedAtMs, endedAtMs, createdBy, codec, meanwhile, unsupported, leftOut, resumed } = manifest;
  const gone = resumed?.gone ? `, ${formatValue(resumed.gone, 'games')} of them gone by then` : '';
  const counted = (count: number | undefined, what: string) =>
    count ? `${formatValue(count, 'games')} ${what}` : '';
  return [
    // First, so that no other word pushes them out.
    counted(unsupported?.length, 'LACKING, for no record can say what they are'),
    counted(meanwhile?.gone, 'GONE from storage before it ended'),
    resumed
      ? `RESUMED: ${formatValue(resumed.games, 'games')} as they were before an interruption${gone}`
      : '',
    `${contents(manifest)} of ${manifest.environment}`,
    `read game by game within ${formatDuration(endedAtMs - startedAtMs)} from ${utc(startedAtMs)} on, by ${createdBy}`,
    `${codec === 'none' ? 'not compressed' : codec}, ${encryption(manifest)}`,
    counted(meanwhile?.changed, 'changed meanwhile'),
    counted(leftOut.completed, 'ended and left out'),
    counted(leftOut.undated, 'left out, as nobody knows when they changed'),
    counted(leftOut.filtered, 'not selected'),
    counted(leftOut.vanished, 'gone before they were read'),
  ]
    .filter(Boolean)
    .join('; ');
}

function contents({ purpose, filter }: Manifest): string {
  if (purpose === 'before-restore') return 'What a restore was about to overwrite';
  if (purpose === 'retired') return 'Finished games that were removed';
  if (filter.where !== undefined) return 'A selection of the games';
  return filter.includeCompleted ? 'All games' : 'All games that have not ended';
}

function encryption({ cipher, recipients }: Manifest): string {
  if (cipher === 'none') return 'not encrypted';
  return recipients && recipients.length > 0
    ? `encrypted for ${recipients.length} ${recipients.length === 1 ? 'key' : 'keys'}`
    : 'encrypted with a passphrase';
}

const utc = (atMs: number) => `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
