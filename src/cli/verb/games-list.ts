import { formatValue } from '../../base/units.ts';
import { gamesText } from '../../game/record-words.ts';
import type { GameFilter } from '../../games/game-view.ts';
import { createTopRows, type RowOrder, type TopRows } from '../../games/top-rows.ts';
import { exit } from '../exit.ts';
import { rowsTable, sourceLine } from '../games-text.ts';
import { bytesOption, countOption, durationOption } from '../quantity.ts';
import { flagOption, listOption, textOption, type VerbCall, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  const { world, signal } = call;
  const filter = filterOf(call);
  const limit = countOption(call, 'limit') ?? 1;
  // The parser lets only these choices through.
  const top = createTopRows(textOption(call, 'sort') as RowOrder, limit);
  const games = await world.games();
  for await (const rows of games.list(filter, signal)) top.add(rows);
  const { location, readsFrom } = games;
  const rows = top.rows();
  const { total, withProblems } = top;
  const checked = filter.onlyProblems ? 'proof' : 'records';
  return {
    exit: exit.done,
    result: { location, readsFrom, checked, total, withProblems, more: total - rows.length, games: rows },
    text: () => [
      ...sourceLine(location, readsFrom),
      ...rowsTable(rows, world.clock.now()),
      summary(top, rows.length, location, checked),
    ],
  };
};

function filterOf(call: VerbCall): GameFilter {
  const phases = listOption(call, 'phase');
  const olderThanMs = durationOption(call, 'olderThan');
  const youngerThanMs = durationOption(call, 'youngerThan');
  const minBytes = bytesOption(call, 'minSize');
  const idPattern = textOption(call, 'id');
  const layout = textOption(call, 'layout');
  return {
    ...(phases ? { phases } : {}),
    ...(olderThanMs === undefined ? {} : { olderThanMs }),
    ...(youngerThanMs === undefined ? {} : { youngerThanMs }),
    ...(minBytes === undefined ? {} : { minBytes }),
    ...(idPattern === undefined ? {} : { idPattern }),
    ...(layout === 'current' || layout === 'legacy' ? { layout } : {}),
    ...(flagOption(call, 'problems') ? { onlyProblems: true } : {}),
  };
}

function summary(
  { total, withProblems }: TopRows,
  shown: number,
  location: string,
  checked: 'records' | 'proof',
): string {
  const more = total > shown ? `, ${formatValue(total - shown, 'games')} more: see --limit` : '';
  const how =
    checked === 'proof'
      ? 'every event and snapshot was proved'
      : 'every event and snapshot was decoded; gamekeeper games verify proves them too';
  return `${gamesText(total)} in ${location}, ${withProblems} with problems${more} (${how})`;
}
