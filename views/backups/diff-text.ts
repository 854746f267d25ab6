/** What differs between two archives, or an archive and storage, in words. */
import type { ArchiveDiff, Difference } from '../../src/backup/diff.ts';
import type { DiffSide } from '../../src/backup/diff-sides.ts';
import type { GameDiff, GameSide } from '../../src/backup/game-diff.ts';
import { formatAge, formatBytes, formatValue } from '../../src/base/units.ts';
import type { Json } from '../../src/game/game.ts';
import { idText } from '../../src/game/record-words.ts';
import { type Line, piece, wrap } from '../line.ts';
import type { Tone } from '../theme.ts';

export const differenceTone: Readonly<Record<Difference, Tone>> = {
  created: 'good',
  changed: 'warn',
  removed: 'bad',
  'left-out': 'quiet',
  unreadable: 'bad',
};

const order: readonly Difference[] = ['unreadable', 'removed', 'changed', 'created', 'left-out'];

/** What is missing or cannot be read before what came. */
export const worstFirst = (games: ArchiveDiff['games']): ArchiveDiff['games'] =>
  order.flatMap((is) => games.filter((game) => game.is === is));

/** What the other side has otherwise comes first: a column may have no room for the rest. */
export function unlike(side: string, other = ''): string {
  const words = side.split(', ');
  const theirs = other.split(', ');
  const own = words.filter((word) => !theirs.includes(word));
  return [...own, ...words.filter((word) => !own.includes(word))].join(', ');
}

/** How many of each; that nothing differs is said. */
export function diffCounts({ counts }: ArchiveDiff): Line {
  const differing = order.flatMap((is) =>
    counts[is] > 0 ? [piece(`${formatValue(counts[is], 'games')} ${is}  `, differenceTone[is])] : [],
  );
  const same = piece(`${formatValue(counts.same, 'games')} the same`, 'quiet');
  return differing.length > 0 ? [...differing, same] : [piece('Nothing differs: ', 'good'), same];
}

/** Which side it is and of when; a side that moved while it was read says so. */
export function sideText(side: DiffSide, nowMs: number): string {
  const age = formatAge(nowMs - side.startedAtMs);
  if (side.kind === 'archive') return `${side.name} (${age} old)`;
  const replica = side.readsFrom === 'replica' ? ', from a REPLICA' : '';
  return `${side.location} (read ${age} ago${replica})`;
}

interface GameDiffRoom {
  readonly cells: number;
  readonly arrow: string;
}

/** One game: what each side has, then its state field by field, then what is stored part by part. */
export function gameDiffLines(diff: GameDiff, { cells, arrow }: GameDiffRoom): readonly Line[] {
  const whole = (text: string, tone?: Tone) => wrap(text, cells).map((row): Line => [piece(row, tone)]);
  const heading = (text: string): Line => [piece(text, 'plain', true)];
  const { state, parts } = diff;
  return [
    ...whole(`before  ${sideWords(diff.from)}`, diff.from ? 'plain' : 'quiet'),
    ...whole(`after   ${sideWords(diff.to)}`, diff.to ? 'plain' : 'quiet'),
    [],
    ...(state.kind === 'compared'
      ? [
          heading(countOf(state.changes.length, 'field of its state', 'fields of its state')),
          ...state.changes.flatMap(({ pointer, from, to }) =>
            changeLines(
              { name: pointer === '' ? 'the whole state' : pointer, from: jsonText(from), to: jsonText(to) },
              { cells, arrow },
            ),
          ),
        ]
      : [heading('Its state'), ...whole(`! not compared: ${state.why}`, 'warn')]),
    [],
    heading(countOf(parts.length, 'part as it is stored', 'parts as they are stored')),
    ...parts.flatMap((part) => changeLines(part, { cells, arrow })),
  ];
}

export const gameDiffTitle = ({ id, is }: GameDiff): string => `${idText(id)}: ${is}`;

const countOf = (count: number, one: string, many: string) =>
  count === 1 ? `1 ${one} differs` : `${formatValue(count, 'games')} ${many} differ`;

function sideWords(side: GameSide | undefined): string {
  if (!side) return 'not there';
  const { words, layout, sizeBytes, stateRevision } = side;
  const proved = stateRevision === undefined ? '' : `, state proved at revision ${stateRevision}`;
  return `${words}, ${layout} layout, ${formatBytes(sizeBytes)}${proved}`;
}

const longestJson = 2_000;

const jsonText = (value: Json | undefined): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value).slice(0, longestJson);

interface NamedChange {
  readonly name: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** In one line where it fits, else each side in lines of its own. */
function changeLines({ name, from, to }: NamedChange, { cells, arrow }: GameDiffRoom): readonly Line[] {
  const tone = from === undefined ? 'good' : to === undefined ? 'bad' : 'warn';
  const mark = from === undefined ? '+' : to === undefined ? '-' : '~';
  const said = from !== undefined && to !== undefined ? `${from} ${arrow} ${to}` : (to ?? from ?? '');
  const named = `${mark} ${name}  `;
  const inOne = wrap(`${named}${said}`, cells);
  if (inOne.length <= 1) return [[piece(named, tone), piece(said)]];
  const side = (text: string | undefined, label: string) =>
    text === undefined
      ? []
      : wrap(text, cells - 6).map(
          (row, index): Line => [piece(index === 0 ? `    ${label} ` : '      ', tone), piece(row)],
        );
  return [
    ...wrap(named.trimEnd(), cells).map((row): Line => [piece(row, tone)]),
    ...side(from, '-'),
    ...side(to, '+'),
  ];
}
