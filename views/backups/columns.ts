import type { ArchiveRow, Manifest } from '../../src/backup/archive-list.ts';
import {
  agoText,
  cipherText,
  consistencyText,
  holdsText,
  ratioText,
  verifiedText,
} from '../../src/backup/archive-words.ts';
import { Fault } from '../../src/base/fault.ts';
import { formatBytes, formatValue } from '../../src/base/units.ts';
import type { ColumnWish } from '../layout.ts';
import type { TableCell } from '../part/table.tsx';

export interface ArchiveColumn extends ColumnWish {
  readonly cell: (row: ArchiveRow, nowMs: number) => TableCell;
}

export const archiveColumns: readonly ArchiveColumn[] = [
  {
    title: 'archive',
    keepsEnd: true,
    // As long as the name of an archive of production that nobody named.
    cells: 27,
    grows: true,
    cell: ({ name, manifest }) => ({ text: name, ...doubt(manifest) }),
  },
  // As in the gauge: what changed since it began may not be in it.
  ofManifest({ title: 'age', cells: 7, align: 'right', drop: 1 }, ({ startedAtMs }, now) =>
    agoText(startedAtMs, now),
  ),
  ofManifest({ title: 'games', cells: 9, align: 'right', drop: 2 }, ({ games }) =>
    formatValue(games, 'games'),
  ),
  ofManifest({ title: 'size', cells: 9, align: 'right', drop: 3 }, ({ storedBytes }) =>
    formatBytes(storedBytes),
  ),
  ofManifest({ title: 'ratio', cells: 6, align: 'right', drop: 4 }, ratioText),
  ofManifest({ title: 'holds', cells: 16, drop: 5 }, holdsText),
  ofManifest({ title: 'codec', cells: 5, drop: 8 }, ({ codec }) => codec),
  ofManifest({ title: 'encrypted', cells: 9, drop: 6 }, cipherText),
  ofManifest({ title: 'consistency', cells: 26, grows: true, keepsEnd: true, drop: 9 }, consistencyText),
  ofManifest({ title: 'source', cells: 24, grows: true, drop: 7 }, ({ source }) => source),
  {
    title: 'verified',
    cells: 8,
    align: 'right',
    cell: (row, now) => ({ text: verifiedText(row, now), tone: verdictTone(row) }),
  },
];

function verdictTone({ verifiedAtMs, failedAtMs }: ArchiveRow): 'good' | 'warn' | 'bad' {
  if (failedAtMs !== undefined) return 'bad';
  return verifiedAtMs === undefined ? 'warn' : 'good';
}

/** Whoever restores from it should know more first. */
const doubt = (manifest: ArchiveRow['manifest']): { readonly tone?: 'warn' } =>
  !(manifest instanceof Fault) && (manifest.resumed || manifest.unsupported?.length) ? { tone: 'warn' } : {};

/** A column that an archive without a readable manifest leaves empty. */
function ofManifest(wish: ColumnWish, text: (manifest: Manifest, nowMs: number) => string): ArchiveColumn {
  return {
    ...wish,
    cell: ({ manifest }, nowMs) =>
      manifest instanceof Fault ? { text: '?', tone: 'warn' } : { text: text(manifest, nowMs) },
  };
}
