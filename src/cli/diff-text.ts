/** Differences between archives, and between an archive and storage, as lines for people. */
import type { ArchiveDiff, DifferentGame } from '../backup/diff.ts';
import type { DiffSide } from '../backup/diff-sides.ts';
import type { GameSide } from '../backup/game-diff.ts';
import { formatBytes, formatDuration, formatValue } from '../base/units.ts';
import type { ComparedGame } from '../compose/archived-games.ts';
import { gameLabel, idText } from '../game/record-words.ts';
import { changesOf } from '../games/field-changes.ts';
import { changeCells } from './plan-text.ts';
import { table } from './table.ts';

const words: Readonly<Record<DifferentGame['is'], string>> = {
  created: '+ created',
  changed: '~ changed',
  removed: '- removed',
  'left-out': '  left out by a filter',
  unreadable: '! unreadable',
};

export function sideText(side: DiffSide): string {
  if (side.kind === 'archive') {
    const { name, source, startedAtMs, endedAtMs } = side;
    return `archive ${name} of ${source}, read ${spanText(startedAtMs, endedAtMs)}`;
  }
  const { location, readsFrom, startedAtMs, endedAtMs } = side;
  const behind = readsFrom === 'replica' ? ' (a replica, which may be behind)' : '';
  return `${location}${behind} now, read ${spanText(startedAtMs, endedAtMs)}`;
}

const spanText = (fromMs: number, toMs: number) =>
  `${new Date(fromMs).toISOString()}, in ${formatDuration(toMs - fromMs)}`;

export function diffLines({ from, to, counts, games, more }: ArchiveDiff): string[] {
  const { same, ...different } = counts;
  return [
    ...table([
      ['from', sideText(from)],
      ['to', sideText(to)],
    ]),
    '',
    ...table(
      games.map((game) => [
        `  ${words[game.is]}`,
        gameLabel(game),
        game.from ?? '',
        arrow(game),
        game.to ?? '',
      ]),
    ),
    ...(more > 0 ? [`… and ${formatValue(more, 'games')} more: see --limit`] : []),
    [
      // The keys are those of the counts.
      ...(Object.keys(different) as DifferentGame['is'][]).map(
        (is) => `${formatValue(counts[is], 'games')} ${words[is].slice(2)}`,
      ),
      `${formatValue(same, 'games')} the same`,
    ].join(', '),
    'Fuzzy: each game is whole, different games are from different moments of those times',
  ];
}

const arrow = ({ from, to }: DifferentGame) => (from !== undefined && to !== undefined ? '->' : '');

export function gameDiffLines({ id, is, from, to, state, parts, sides }: ComparedGame): string[] {
  return [
    `Game ${idText(id)}: ${is}`,
    ...table([
      ['from', sideText(sides.from), gameSideText(from)],
      ['to', sideText(sides.to), gameSideText(to)],
    ]),
    '',
    ...(state.kind === 'not-compared'
      ? [`State not compared: ${state.why}`]
      : state.changes.length === 0
        ? ['State: no difference']
        : ['State', ...table(changesOf(state.changes).map(changeCells))]),
    ...(parts.length > 0
      ? [
          '',
          'Stored fields',
          ...table(
            parts.map((part) => [`  ${part.name}`, part.from ?? 'not there', '->', part.to ?? 'not there']),
          ),
        ]
      : []),
  ];
}

function gameSideText(side: GameSide | undefined): string {
  if (!side) return 'not there';
  const { layout, words: what, sizeBytes, stateRevision } = side;
  return [
    layout === 'legacy' ? 'legacy layout' : '',
    what,
    formatBytes(sizeBytes),
    stateRevision === undefined ? '' : `state of revision ${stateRevision} proved`,
  ]
    .filter(Boolean)
    .join(', ');
}
