import type { ArchiveRow } from '../../src/backup/archive-list.ts';
import { Fault } from '../../src/base/fault.ts';
import { formatAge, formatValue } from '../../src/base/units.ts';
import { useNow } from '../hook/use-now.ts';
import { type PickColumn, PickList } from '../part/pick-list.tsx';
import { useShell } from '../shell.ts';
import type { Sides } from './sides.ts';

interface SidePickProps {
  readonly archive: ArchiveRow;
  /** All of them; those that cannot be read are left out. */
  readonly archives: readonly ArchiveRow[];
  readonly onPick: (sides: Sides) => void;
  readonly onCancel: () => void;
}

interface Side {
  readonly name: string;
  readonly text: string;
  readonly startedAtMs: number | undefined;
  readonly games: number | undefined;
}

const begunAt = ({ manifest }: ArchiveRow) => (manifest instanceof Fault ? undefined : manifest.startedAtMs);

/** What an archive is compared with. The older side comes first, so that `created` means later. */
export function SidePick({ archive, archives, onPick, onCancel }: SidePickProps) {
  const { ports } = useShell();
  const now = useNow();
  const live: Side = {
    name: 'live',
    text: `what ${ports.world.place} has now`,
    startedAtMs: undefined,
    games: undefined,
  };
  const others = archives.flatMap(({ name, manifest }): Side[] =>
    manifest instanceof Fault || name === archive.name
      ? []
      : [{ name, text: name, startedAtMs: manifest.startedAtMs, games: manifest.games }],
  );
  const columns: readonly PickColumn<Side>[] = [
    { title: 'with', cells: 24, grows: true, keepsEnd: true, cell: ({ text }) => ({ text }) },
    {
      title: 'age',
      cells: 7,
      align: 'right',
      cell: ({ startedAtMs }) => ({
        text: startedAtMs === undefined ? 'now' : formatAge(now - startedAtMs),
      }),
    },
    {
      title: 'games',
      cells: 9,
      align: 'right',
      drop: 1,
      cell: ({ games }) => ({ text: games === undefined ? '' : formatValue(games, 'games') }),
    },
  ];
  const pick = ({ name, startedAtMs }: Side) => {
    const own = begunAt(archive) ?? 0;
    const isOlder = startedAtMs !== undefined && startedAtMs < own;
    onPick(isOlder ? { from: name, to: archive.name } : { from: archive.name, to: name });
  };
  return (
    <PickList
      mark="DIFF"
      question={`What is ${archive.name} compared with?`}
      columns={columns}
      rows={[live, ...others]}
      what="compare"
      none="there is nothing to compare it with"
      onPick={pick}
      onCancel={onCancel}
    />
  );
}
