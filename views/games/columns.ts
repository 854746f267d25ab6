import { formatAge, formatBytes, formatValue } from '../../src/base/units.ts';
import { idText } from '../../src/game/record-words.ts';
import type { GameRow } from '../../src/games/game-view.ts';
import type { ColumnWish } from '../layout.ts';
import type { TableCell } from '../part/table.tsx';
import { onHoldText } from './hold.ts';

export interface GameColumn extends ColumnWish {
  readonly cell: (row: GameRow, nowMs: number) => TableCell;
}

const unknown: TableCell = { text: '?', tone: 'warn' };

const told = <T>(value: T | undefined, text: (value: T) => string): TableCell =>
  value === undefined ? unknown : { text: text(value) };

/** In the legacy layout nothing counts revisions: that is no damage. */
const revision = ({ layout, revision }: GameRow): TableCell =>
  layout === 'legacy' && revision === undefined ? { text: 'legacy', tone: 'quiet' } : told(revision, String);

/** One word each, so that a problem is seen without colour and without opening the game. */
function problems({ problems, onHoldUntilMs }: GameRow, nowMs: number): TableCell {
  const [first] = problems;
  const still = onHoldText(onHoldUntilMs, nowMs);
  if (!first) return still === '' ? { text: 'none', tone: 'quiet' } : { text: still, tone: 'warn' };
  const more = problems.length > 1 ? `${problems.length} problems: ` : '';
  return { text: (still === '' ? '' : `${still}; `) + more + problemText(first), tone: 'bad' };
}

export const problemText = ({ field, what }: GameRow['problems'][number]): string =>
  field === undefined ? what : `${field}: ${what}`;

export const gameColumns: readonly GameColumn[] = [
  { title: 'game', cells: 16, grows: true, cell: ({ id }) => ({ text: idText(id) }) },
  { title: 'phase', cells: 11, cell: ({ phase }) => told(phase, (text) => text) },
  { title: 'rev', cells: 6, align: 'right', drop: 2, cell: revision },
  {
    title: 'age',
    // `119 min`
    cells: 7,
    align: 'right',
    cell: ({ updatedAtMs }, now) => told(updatedAtMs, (at) => formatAge(now - at)),
  },
  {
    title: 'size',
    cells: 8,
    align: 'right',
    drop: 1,
    cell: ({ sizeBytes }) => told(sizeBytes, formatBytes),
  },
  {
    title: 'snaps',
    cells: 5,
    align: 'right',
    drop: 3,
    cell: ({ snapshots }) => told(snapshots, (count) => formatValue(count, 'games')),
  },
  { title: 'problems', cells: 9, grows: true, cell: problems },
];
