import { formatAge, formatBytes } from '../../src/base/units.ts';
import { idText } from '../../src/game/record-words.ts';
import type { GameView, SnapshotRow } from '../../src/games/game-view.ts';
import { useNow } from '../hook/use-now.ts';
import { type PickColumn, PickList } from '../part/pick-list.tsx';

interface SnapshotPickProps {
  readonly view: GameView;
  readonly onPick: (revision: number) => void;
  readonly onCancel: () => void;
}

/** Newest first. A damaged one can be picked too: the state may be rebuilt from what is before it. */
export function SnapshotPick({ view, onPick, onCancel }: SnapshotPickProps) {
  const now = useNow();
  return (
    <PickList
      mark="RECOVER"
      question={`${idText(view.row.id)} from which snapshot?`}
      columns={columnsAt(now)}
      rows={view.snapshots.toReversed()}
      what="preview"
      none="there is no snapshot"
      onPick={({ revision }) => onPick(revision)}
      onCancel={onCancel}
    />
  );
}

const columnsAt = (now: number): readonly PickColumn<SnapshotRow>[] => [
  { title: 'revision', cells: 9, cell: ({ revision }) => ({ text: String(revision) }) },
  {
    title: 'age',
    cells: 8,
    align: 'right',
    cell: ({ atMs }) => ({ text: atMs === undefined ? '?' : formatAge(now - atMs) }),
  },
  {
    title: 'size',
    cells: 9,
    align: 'right',
    drop: 2,
    cell: ({ sizeBytes }) => ({ text: formatBytes(sizeBytes) }),
  },
  { title: 'trigger', cells: 12, drop: 1, cell: ({ trigger = '?' }) => ({ text: trigger }) },
  {
    title: 'phase',
    cells: 12,
    grows: true,
    cell: ({ phase = '?', problem }) =>
      problem === undefined ? { text: phase } : { text: `damaged: ${problem}`, tone: 'bad' },
  },
];
