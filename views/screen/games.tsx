import { Box } from 'ink';
import { useEffect, useMemo, useState } from 'react';
import type { GameRow } from '../../src/games/game-view.ts';
import { BulkChoice } from '../games/bulk-choice.tsx';
import { gameColumns, problemText } from '../games/columns.ts';
import { gameGrammar, parseGameWish } from '../games/filter.ts';
import { type GameList, type GamePlace, rowKey } from '../games/list.ts';
import { belowTitle, listTitle } from '../games/listing-text.ts';
import { inOrder, nextOrder } from '../games/order.ts';
import { useCell } from '../hook/cell.ts';
import type { Filter } from '../hook/use-filter.ts';
import { useKeys } from '../hook/use-keys.ts';
import { listOf } from '../hook/use-list.ts';
import { useNow } from '../hook/use-now.ts';
import { columnCells, keptColumns } from '../layout.ts';
import { cutLine, endsOf, type Line as LineData, piece } from '../line.ts';
import { ActionFlow } from '../part/action-flow.tsx';
import { FilterLine } from '../part/filter-line.tsx';
import { Table } from '../part/table.tsx';
import { Line } from '../part/text.tsx';
import type { ActionRequest } from '../ports.ts';
import { useShell } from '../shell.ts';

/** A list that is older than this is read anew when somebody comes back to it. */
const agesAfterMs = 30_000;

/** Every game that storage holds, damaged ones by name; what it shows was read once and says when. */
export function Games() {
  const [doing, setDoing] = useState<'choose' | ActionRequest>();
  const { gameList } = useShell();
  if (doing === undefined) return <ListOfGames onRecover={() => setDoing('choose')} />;
  if (doing === 'choose') return <BulkChoice onRequest={setDoing} onCancel={() => setDoing(undefined)} />;
  return (
    <ActionFlow
      request={doing}
      onClose={(report) => {
        setDoing(undefined);
        if (report) gameList.read();
      }}
    />
  );
}

function ListOfGames({ onRecover }: { readonly onRecover: () => void }) {
  const { ports, gameList, frame, theme, open } = useShell();
  const now = useNow();
  const { rows, listing, place, filterProblem } = useShownGames(gameList, now);
  const filter = usePlaceFilter(gameList);
  useReadOnce(gameList, now);

  const plain = frame.form === 'plain';
  const height = frame.contentRows - (plain ? 2 : 3);
  const at = indexOf(rows, place);
  const select = (index: number) => {
    const row = rows[index];
    if (row) gameList.place.set({ ...place, selected: rowKey(row), index });
  };
  const list = listOf({ length: rows.length, page: height, wanted: at === -1 ? place.index : at, select });
  const selected = rows[list.selected];
  useKeys('screen', {
    rows: [
      ...list.rows,
      {
        keys: ['enter'],
        what: 'show it',
        disabled: selected ? undefined : 'no game is selected',
        run: () => selected && open({ screen: 'game', subject: selected.id, layout: selected.layout }),
      },
      filter.row,
      {
        keys: ['R'],
        what: 'recover many',
        disabled: ports.world.readOnly ? 'this console is read-only' : undefined,
        run: onRecover,
      },
      {
        keys: ['s'],
        what: 'sort',
        run: () => gameList.place.set({ ...place, order: nextOrder(place.order) }),
      },
      {
        keys: ['r'],
        what: 'read now',
        disabled: listing.reading ? 'a reading is under way' : undefined,
        run: gameList.read,
      },
    ],
  });

  const cells = frame.columns - 2;
  const { ellipsis } = theme.glyphs;
  const shown = useMemo(() => columnCells(keptColumns(gameColumns, cells), cells), [cells]);
  const title = listTitle(listing, { order: place.order, shown: rows.length, nowMs: now });
  const [problem] = selected?.problems ?? [];
  return (
    <Box flexDirection="column" paddingX={1}>
      <Line of={endsOf(title.left, title.right, cells, ellipsis)} />
      <FilterLine
        filter={filter}
        grammar={gameGrammar}
        otherwise={cutLine(belowTitle(listing, rows.length, filterProblem, filter.text), cells, ellipsis)}
      />
      {rows.length > 0 && (
        <Table
          columns={shown}
          rows={rows}
          cellsOf={(row) => shown.map(({ cell }) => cell(row, now))}
          selected={list.selected}
          height={height}
        />
      )}
      {!plain && (
        <Line of={problem ? cutLine([piece(`! ${problemText(problem)}`, 'bad')], cells, ellipsis) : noLine} />
      )}
    </Box>
  );
}

/** Where the row in front is now: mostly where it was, so that a long list is not gone through at each key. */
function indexOf(rows: readonly GameRow[], { selected, index }: GamePlace): number {
  const there = rows[index];
  if (there && rowKey(there) === selected) return index;
  return selected === undefined ? -1 : rows.findIndex((row) => rowKey(row) === selected);
}

const noLine: LineData = [];

/** Wishes about age are held against a time that moves in steps: sorting 100,000 games each second would be felt. */
const ageStepMs = 5_000;

function useShownGames(gameList: GameList, nowMs: number) {
  const listing = useCell(gameList.listing);
  const place = useCell(gameList.place);
  const ordered = useMemo(() => inOrder(listing.rows, place.order), [listing.rows, place.order]);
  const wish = useMemo(() => parseGameWish(place.filter), [place.filter]);
  const atMs = wish.aging ? Math.floor(nowMs / ageStepMs) * ageStepMs : 0;
  const { holds } = listing;
  const filtered = useMemo(
    () => (place.filter === '' ? ordered : ordered.filter((row) => wish.matches(row, atMs))),
    [ordered, place.filter, wish, atMs],
  );
  const rows = useMemo(() => (holds ? holds.mark(filtered) : filtered), [filtered, holds]);
  return { rows, listing, place, filterProblem: wish.problem };
}

/** The `/` filter, kept with the list. */
function usePlaceFilter({ place }: GameList): Filter {
  const [asking, setAsking] = useState(false);
  const { filter } = useCell(place);
  return {
    text: filter,
    asking,
    row: { keys: ['/'], what: 'filter', run: () => setAsking(true) },
    setText: (text) => place.set({ ...place.get(), filter: text }),
    close: () => setAsking(false),
  };
}

function useReadOnce({ listing, read }: GameList, nowMs: number): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when somebody comes
  useEffect(() => {
    const { atMs, complete } = listing.get();
    if (!complete || atMs === undefined || nowMs - atMs > agesAfterMs) read();
  }, []);
}
