import type { FleetFlags } from '../../src/flags/store.ts';
import { flagNames } from '../../src/platform/flags.ts';
import { formatFlag, shortFlagNames, shortServer, summariseFlags } from '../flag-summary.ts';
import { columnCells } from '../layout.ts';
import { endsOf, piece } from '../line.ts';
import type { Age } from '../readings.ts';
import { useShell } from '../shell.ts';
import { Table, type TableCell } from './table.tsx';
import { Lines } from './text.tsx';

interface FlagTableProps {
  readonly flags: FleetFlags | undefined;
  readonly age: Age;
  readonly selected: number;
  readonly height: number;
}

/** What the servers agree on, then each server in a row. */
export function FlagTable({ flags, age, selected, height }: FlagTableProps) {
  const { theme, frame } = useShell();
  const cells = frame.columns - 2;
  const agreed = flags ? summariseFlags(flags) : [];
  const head = [
    endsOf(
      [piece('Flags on every server', 'plain', true)],
      [piece(age.text, age.stale ? 'warn' : 'quiet')],
      cells,
      theme.glyphs.ellipsis,
    ),
    [
      piece('all: ', 'quiet'),
      ...agreed.map(({ text, tone }) => piece(`${text}  `, age.stale ? 'quiet' : tone)),
    ],
    [],
  ];
  const wide = cells >= 110;
  const columns = columnCells(
    [
      { title: 'server', cells: 16, grows: true },
      ...flagNames.map((flag) => ({ title: wide ? flag : shortFlagNames[flag], cells: wide ? 22 : 12 })),
    ],
    cells,
  );
  const rows = (flags?.servers ?? []).map((row): readonly TableCell[] => {
    if ('fault' in row)
      return [{ text: shortServer(row.server) }, { text: `not read: ${row.fault.message}`, tone: 'warn' }];
    return [
      { text: shortServer(row.server) },
      ...flagNames.map((flag) => {
        const value = row.flags[flag];
        const full = value.enabled && value.percentage === 100;
        return {
          text: formatFlag(value),
          tone: age.stale ? ('quiet' as const) : full ? ('good' as const) : ('warn' as const),
        };
      }),
    ];
  });
  return (
    <>
      <Lines of={head} />
      {rows.length > 0 && <Table columns={columns} rows={rows} selected={selected} height={height} />}
    </>
  );
}
