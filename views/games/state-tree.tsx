import { useMemo, useState } from 'react';
import type { Json } from '../../src/game/game.ts';
import { useFilter } from '../hook/use-filter.ts';
import { useKeys } from '../hook/use-keys.ts';
import { listOf } from '../hook/use-list.ts';
import { windowAround } from '../layout.ts';
import { cut, cutLine, type Line as LineData, padTo, piece } from '../line.ts';
import { FilterLine } from '../part/filter-line.tsx';
import { Lines } from '../part/text.tsx';
import { useShell } from '../shell.ts';
import { type Folds, parentOf, type TreeRow, treeMatches, treeRows } from './tree.ts';

interface StateTreeProps {
  readonly state: Json;
  readonly note: LineData;
  readonly height: number;
  readonly cells: number;
}

/** A state that is unfolded, folded and searched. */
export function StateTree({ state, note, height, cells }: StateTreeProps) {
  const { theme } = useShell();
  const filter = useFilter();
  const [folds, setFolds] = useState<Folds>(new Map());
  const [at, setAt] = useState(0);
  const search = filter.text.trim();
  const rows = useMemo(
    () => (search === '' ? treeRows(state, folds) : treeMatches(state, search)),
    [state, folds, search],
  );
  const page = Math.max(1, height - 1);
  const list = listOf({ length: rows.length, page, wanted: at, select: setAt });
  const selected = rows[list.selected];
  const fold = (pointer: string, open: boolean) => setFolds(new Map(folds).set(pointer, open));
  const foldSelected = () => {
    if (!selected) return;
    if (selected.kind === 'open') return fold(selected.pointer, false);
    const parent = parentOf(selected.pointer);
    setAt(
      Math.max(
        0,
        rows.findIndex(({ pointer }) => pointer === parent),
      ),
    );
  };
  useKeys('screen', {
    rows: [
      ...list.rows,
      {
        keys: ['right'],
        what: 'unfold',
        disabled: selected?.kind === 'folded' ? undefined : 'there is nothing folded here',
        run: () => selected && fold(selected.pointer, true),
      },
      {
        keys: ['left'],
        what: 'fold',
        disabled: search === '' ? undefined : 'matches have nothing to fold',
        run: foldSelected,
      },
      { ...filter.row, what: 'find' },
    ],
  });
  const found = search === '' ? note : [piece(matchText(rows.length), rows.length === 0 ? 'warn' : 'quiet')];
  const { from, to } = windowAround(rows.length, list.selected, page);
  return (
    <>
      <FilterLine filter={filter} otherwise={filter.asking ? [] : withFilter(search, found)} />
      <Lines
        of={rows
          .slice(from, to)
          .map((row, index) => cutLine(rowLine(row, from + index === list.selected, theme.glyphs), cells))}
      />
    </>
  );
}

const matchText = (matches: number) =>
  matches === 0 ? 'nothing in this state matches' : `${matches} ${matches === 1 ? 'match' : 'matches'}`;

const withFilter = (search: string, found: LineData): LineData =>
  search === '' ? found : [piece(`find /${search}  `, 'accent'), ...found];

interface TreeGlyphs {
  readonly selected: string;
  readonly ellipsis: string;
}

const longestName = 60;

function rowLine(row: TreeRow, inFront: boolean, glyphs: TreeGlyphs): LineData {
  const { depth, name, value, kind } = row;
  const mark = kind === 'folded' ? '+ ' : kind === 'open' ? '- ' : '  ';
  const label = name === '' ? '' : `${cut(name.slice(0, 4 * longestName), longestName, glyphs.ellipsis)}  `;
  return [
    piece(inFront ? `${glyphs.selected} ` : '  ', 'accent'),
    piece(padTo('', Math.min(depth, 20) * 2) + mark, 'quiet'),
    piece(label, inFront ? 'accent' : 'plain', inFront),
    piece(value, kind === 'leaf' ? 'plain' : 'quiet'),
  ];
}
