/** How old the newest verified backup is, held against its limit, and how the last one went. */

import { ratioText } from '../../src/backup/archive-words.ts';
import { formatAge, formatBytes, formatDuration } from '../../src/base/units.ts';
import { gamesText } from '../../src/game/record-words.ts';
import type { BackupFigures, WholeBackup } from '../../src/metrics/backup-figures.ts';
import { endsOf, type Line, piece } from '../line.ts';
import type { Glyphs, Tone } from '../theme.ts';

export interface GaugeRoom {
  readonly cells: number;
  readonly nowMs: number;
  /** A verified backup should be no older. */
  readonly maxAgeMs: number;
  readonly glyphs: Glyphs;
}

const labelCells = 17;
const widestBar = 40;
/** From this share of the limit on it is time for the next one. */
const soon = 0.8;

/** Always two lines, so that nothing below moves. */
export function gaugeLines(figures: BackupFigures, room: GaugeRoom): readonly [Line, Line] {
  return [ageLine(figures, room), newestLine(figures, room)];
}

/** The same where rows are short. */
export function gaugeLine(figures: BackupFigures, room: GaugeRoom): Line {
  const { text, tone } = ageWords(figures, room);
  return [piece('verified ', 'quiet'), piece(text, tone)];
}

function ageLine(figures: BackupFigures, room: GaugeRoom): Line {
  const { text, tone } = ageWords(figures, room);
  const share = shareOf(figures, room);
  const cells = Math.max(0, Math.min(widestBar, Math.floor(room.cells / 3)));
  const full = Math.min(cells, Math.round((share ?? 0) * cells));
  const { bars, rule } = room.glyphs;
  const bar =
    share === undefined
      ? []
      : [piece((bars.at(-1) ?? '#').repeat(full), tone), piece(`${rule.repeat(cells - full)}  `, 'quiet')];
  const left = [piece('Newest verified'.padEnd(labelCells), 'quiet'), ...bar, piece(text, tone)];
  return endsOf(left, [], room.cells, room.glyphs.ellipsis);
}

const ageOf = ({ verified }: BackupFigures, nowMs: number): number | undefined =>
  verified && Math.max(0, nowMs - verified.startedAtMs);

function shareOf(figures: BackupFigures, { nowMs, maxAgeMs }: GaugeRoom): number | undefined {
  const ageMs = ageOf(figures, nowMs);
  return ageMs === undefined ? undefined : ageMs / maxAgeMs;
}

function ageWords(figures: BackupFigures, room: GaugeRoom): { readonly text: string; readonly tone: Tone } {
  const limit = formatAge(room.maxAgeMs);
  const share = shareOf(figures, room);
  if (share === undefined) {
    const why = figures.newest ? 'no backup was validated' : 'there is no backup of all games';
    return { text: `! NONE: ${why} (limit ${limit})`, tone: 'bad' };
  }
  const age = `${formatAge(ageOf(figures, room.nowMs) ?? 0)} of ${limit}`;
  if (share > 1) return { text: `! TOO OLD: ${age}`, tone: 'bad' };
  return share >= soon ? { text: `${age}, due soon`, tone: 'warn' } : { text: age, tone: 'good' };
}

function newestLine({ newest, verified, failures = 0 }: BackupFigures, { cells, glyphs }: GaugeRoom): Line {
  const label = piece('Last backup'.padEnd(labelCells), 'quiet');
  const words = newest ? backupWords(newest) : 'none of all games';
  const doubt = newest && newest.name !== verified?.name ? [piece('  not validated', 'warn')] : [];
  const failed: Line = failures > 0 ? [piece(`! ${failures} failed since`, 'bad')] : [];
  return endsOf([label, piece(words), ...doubt], failed, cells, glyphs.ellipsis);
}

function backupWords(backup: WholeBackup): string {
  const { startedAtMs, endedAtMs, games, storedBytes } = backup;
  return [
    gamesText(games),
    formatBytes(storedBytes),
    ratioText(backup),
    `took ${formatDuration(endedAtMs - startedAtMs)}`,
  ].join(', ');
}
