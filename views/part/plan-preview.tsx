import { Box } from 'ink';
import { useMemo, useState } from 'react';
import { listedChanges } from '../../src/action/change-words.ts';
import type { Change, Plan } from '../../src/action/plan.ts';
import { formatAge } from '../../src/base/units.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { useNow } from '../hook/use-now.ts';
import { type ColumnWish, columnCells, type Frame, keptColumns } from '../layout.ts';
import { cellsOf, cutLine, type Line as LineData, piece, wrap, wrapIn } from '../line.ts';
import { changeText, countsLine, effectTone, noteLines } from '../plan-text.ts';
import { useShell } from '../shell.ts';
import { Table, type TableCell } from './table.tsx';
import { Lines } from './text.tsx';

interface PlanPreviewProps {
  readonly plan: Plan;
  readonly onProceed: () => void;
  readonly onPlanAgain: () => void;
  readonly onLeave: () => void;
}

/** What would happen, before it does: the same plan that will run. Enter does nothing here, held down or not. */
export function PlanPreview({ plan, onProceed, onPlanAgain, onLeave }: PlanPreviewProps) {
  const { theme, frame, ports } = useShell();
  const now = useNow();
  const [notesOnly, setNotesOnly] = useState(false);
  const cells = frame.columns - 2;
  const changes = useMemo(() => listedChanges(plan.changes), [plan.changes]);
  const notes = noteLines(plan, cells);
  const target = plan.effect === 'target';
  const head = headLines(plan, now, frame, target && ports.world.readOnly);
  const room = frame.contentRows - head.length;
  // What the changes, under their heading, leave free is for the notes.
  const free = room - changes.length - 1 - wholeRows;
  const noteRows = notesOnly ? room : Math.min(notes.length, Math.max(2, Math.floor(room / 3), free));
  const list = useList(notesOnly ? 0 : changes.length, room - noteRows, 'look through');
  useKeys('screen', {
    rows: [
      {
        keys: ['a'],
        what: target ? 'apply' : 'run it',
        changesTarget: target,
        disabled: now >= plan.expiresAtMs ? 'this plan is too old, r plans again' : undefined,
        run: onProceed,
      },
      ...list.rows,
      {
        keys: ['v'],
        what: notesOnly ? 'changes' : 'all notes',
        helpOnly: notes.length <= noteRows && !notesOnly,
        run: () => setNotesOnly(!notesOnly),
      },
      { keys: ['r'], what: 'plan again', run: onPlanAgain },
      { keys: ['esc'], what: 'do nothing', run: onLeave },
    ],
  });
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={head.map((line) => cutLine(line, cells, theme.glyphs.ellipsis))} />
      {!notesOnly && <Changes of={changes} selected={list.selected} height={room - noteRows} cells={cells} />}
      <Lines of={[...(!notesOnly && free > noteRows ? [[]] : []), ...shownNotes(notes, noteRows)]} />
    </Box>
  );
}

/** Where rows allow it the title is not cut: what it restores to, or why, is at its end. */
function headLines(
  plan: Plan,
  now: number,
  { columns, form }: Frame,
  readOnly: boolean,
): readonly LineData[] {
  const mark = 'PREVIEW  ';
  const title = form === 'plain' ? [plan.title] : wrap(plan.title, columns - 2 - mark.length);
  return [
    ...title.map((text, row) => [
      piece(row === 0 ? mark : ' '.repeat(mark.length), 'accent', true),
      piece(text, 'plain', true),
    ]),
    [
      piece(`${plan.environment}  `, 'quiet'),
      piece(validity(plan, now), now >= plan.expiresAtMs ? 'warn' : 'quiet'),
      piece(`  ${plan.place}`, 'quiet'),
    ],
    [...countsLine(plan.changes), ...readOnlyNote(readOnly)],
  ];
}

const validity = ({ expiresAtMs }: Plan, nowMs: number) =>
  nowMs >= expiresAtMs ? 'too old to apply' : `good for ${formatAge(expiresAtMs - nowMs)}`;

const readOnlyNote = (shown: boolean): LineData =>
  shown ? [piece('read-only: it can be looked at, not applied', 'warn')] : [];

function shownNotes(notes: readonly LineData[], rows: number): readonly LineData[] {
  if (notes.length <= rows) return notes;
  const hidden = notes.length - rows + 1;
  return [...notes.slice(0, rows - 1), [piece(`${hidden} more lines of notes, v shows them`, 'warn')]];
}

interface ChangesProps {
  readonly of: readonly Change[];
  readonly selected: number;
  readonly height: number;
  readonly cells: number;
}

/** Below the table the change in front is told whole, as far as these rows go: a column may have cut it. */
const wholeRows = 3;

function Changes({ of: changes, selected, height, cells }: ChangesProps) {
  const { frame, theme } = useShell();
  const arrow = theme.ascii ? '->' : '→';
  const columns = useMemo(
    () => columnCells(keptColumns(changeColumns(changes, arrow, cells), cells), cells),
    [changes, arrow, cells],
  );
  const inFront = changes[selected];
  const whole =
    inFront && frame.form !== 'plain' && height > 8
      ? wholeLines(inFront, arrow, cells, theme.glyphs.ellipsis)
      : [];
  return (
    <>
      <Table
        columns={columns}
        rows={changes}
        cellsOf={(change) => columns.map(({ cell }) => cell(change))}
        selected={selected}
        height={height - whole.length}
      />
      <Lines of={whole.map((text) => [piece(text, 'quiet')])} />
    </>
  );
}

function wholeLines(change: Change, arrow: string, cells: number, ellipsis: string): readonly string[] {
  const text = [change.target, changeText(change, arrow), change.why].filter(Boolean).join(', ');
  return wrapIn(wholeRows, text.slice(0, 4 * wholeRows * cells), cells, ellipsis);
}

interface ChangeColumn extends ColumnWish {
  readonly cell: (change: Change) => TableCell;
}

/** Widths go by so many changes, from all over the plan: to measure each would be felt. */
const measured = 1000;

/** A column that would be empty in every row is left out; none takes more than half. */
function changeColumns(changes: readonly Change[], arrow: string, cells: number): readonly ChangeColumn[] {
  const step = Math.ceil(changes.length / measured);
  const seen = changes.filter((_, index) => index % step === 0);
  const widest = (textOf: (change: Change) => string) =>
    Math.min(Math.floor(cells / 2), Math.max(0, ...seen.map((one) => cellsOf(textOf(one)))));
  const what = widest(({ target }) => target);
  const change = widest((one) => changeText(one, arrow));
  const why = widest((one) => one.why ?? '');
  const all: readonly (ChangeColumn | false)[] = [
    { title: 'effect', cells: 9, cell: ({ effect }) => ({ text: effect, tone: effectTone[effect] }) },
    {
      title: 'what',
      cells: Math.max(20, what),
      keepsEnd: true,
      cell: ({ target }) => ({ text: target }),
    },
    change > 0 && {
      title: 'change',
      cells: Math.max(6, change),
      cell: (one) => ({ text: changeText(one, arrow) }),
    },
    why > 0 && { title: 'why', cells: why, drop: 1, cell: (one) => ({ text: one.why ?? '', tone: 'quiet' }) },
  ];
  return all.filter((column) => column !== false);
}
