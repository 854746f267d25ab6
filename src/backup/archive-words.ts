/** What a manifest says, in a word or two. */
import { formatAge } from '../base/units.ts';
import type { ArchiveRow, Manifest } from './archive-list.ts';

export const archivesText = (count: number): string => (count === 1 ? '1 archive' : `${count} archives`);

/** How long ago; what a clock that is, or was, wrong has dated ahead is never young. */
export const agoText = (atMs: number, nowMs: number): string =>
  nowMs - atMs <= -1000 ? `in ${formatAge(atMs - nowMs)}` : formatAge(nowMs - atMs);

/** How its last validation ended, and how long ago a pass was. */
export function verifiedText({ verifiedAtMs, failedAtMs }: ArchiveRow, nowMs: number): string {
  if (failedAtMs !== undefined) return 'FAILED';
  return verifiedAtMs === undefined ? 'never' : agoText(verifiedAtMs, nowMs);
}

/** Which games are in it. */
export function holdsText({ purpose, filter }: Manifest): string {
  if (purpose === 'before-restore') return 'kept by restore';
  if (purpose === 'retired') return 'retired';
  if (filter.where !== undefined) return 'selection';
  return filter.includeCompleted ? 'everything' : 'all but finished';
}

export const cipherText = ({ cipher }: Manifest): string => (cipher === 'none' ? 'no' : cipher);

export const ratioText = ({ rawBytes, storedBytes }: Pick<Manifest, 'rawBytes' | 'storedBytes'>): string =>
  storedBytes > 0 ? `${(rawBytes / storedBytes).toFixed(1)}:1` : 'no data';

/** Of how many moments it is, and what is known to have moved between them. */
export function consistencyText({ consistency, meanwhile, resumed, leftOut, unsupported }: Manifest): string {
  const gone = Math.max(resumed?.gone ?? 0, meanwhile?.gone ?? 0);
  return [
    consistency === 'fuzzy-scan' ? 'fuzzy' : consistency,
    resumed ? 'resumed' : '',
    gone > 0 ? `${gone} gone` : '',
    meanwhile?.changed ? `${meanwhile.changed} changed` : '',
    leftOut.vanished > 0 ? `${leftOut.vanished} vanished` : '',
    unsupported?.length ? `${unsupported.length} LACKING` : '',
  ]
    .filter(Boolean)
    .join(', ');
}
