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
  const asking = games.holds(signal);
  for await (const rows of games.list(filter, signal)) top.add(rows);
  const { location, readsFrom } = games;
  const holds = await asking;
  const rows = holds ? holds.mark(top.rows()) : top.rows();
  const { total, withProblems } = top;
  const checked = filter.onlyProblems ? 'proof' : 'records';
  return {
    exit: exit.done,
    result: { location, readsFrom, checked, total, withProblems, more: total - rows.length, games: rows },
    text: () => [
      ...sourceLine(location, readsFrom),
      ...rowsTable(rows, world.clock.now()),
      ...(holds?.unasked ?? []).map(
        ({ server, fault }) => `Whether ${server} has any of them on hold is not known: ${fault.message}`,
      ),
      `${total === 0 ? noneText(call, location) : someText(top, rows.length, location)} (${howChecked[checked]})`,
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

/** As it was typed. */
const filterOptions = {
  phase: '--phase',
  olderThan: '--older-than',
  youngerThan: '--younger-than',
  minSize: '--min-size',
  id: '--id',
  layout: '--layout',
  problems: '--problems',
} as const satisfies Record<string, string>;

/** Whoever sees nothing must see what was looked for. */
function noneText(call: VerbCall, location: string): string {
  const filter = Object.entries(filterOptions).flatMap(([name, option]) => {
    if (flagOption(call, name)) return [option];
    const given = listOption(call, name) ?? textOption(call, name);
    return given === undefined ? [] : [option, ...[given].flat()];
  });
  return filter.length === 0
    ? `No game in ${location}`
    : `No game in ${location} matches ${filter.join(' ')}`;
}

function someText({ total, withProblems }: TopRows, shown: number, location: string): string {
  const more = total > shown ? `, ${formatValue(total - shown, 'games')} more: see --limit` : '';
  return `${gamesText(total)} in ${location}, ${withProblems} with problems${more}`;
}

const howChecked = {
  proof: 'every event and snapshot was proved',
  records: 'every event and snapshot was decoded; gamekeeper games verify proves them too',
};
