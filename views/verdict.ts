/** The top two lines, and the plain form's: what is wrong, since when, what is at stake, what to open. */
import type { FeedState } from '../src/base/feed.ts';
import { formatAge, formatElapsed, formatValue } from '../src/base/units.ts';
import type { Status } from '../src/status/status.ts';
import { cellsOfLine, cut, cutLine, endsOf, type Line, type Piece, piece } from './line.ts';
import type { Age } from './readings.ts';
import { feedProblem } from './readings.ts';
import { type Glyphs, verdictTone } from './theme.ts';

/** A verdict that could not be renewed is no verdict: it is unknown, and the old one is named as old. */
export function verdictLine(state: FeedState<Status>, age: Age, nowMs: number, glyphs: Glyphs): Line {
  const status = state.last?.value;
  if (!status || age.stale) {
    const last = status ? `, ${status.verdict.toUpperCase()} ${formatAge(nowMs - status.atMs)} ago` : '';
    return [
      piece(`${glyphs.verdict.unknown} UNKNOWN`, 'warn', true),
      piece(`${last}: ${feedProblem(state) ?? 'no answer to the last reading'}`),
    ];
  }
  const { verdict, since } = status;
  return [
    piece(`${glyphs.verdict[verdict]} ${verdict.toUpperCase()}`, verdictTone[verdict], true),
    piece(` for ${since.atLeast ? 'at least ' : ''}${formatElapsed(nowMs - since.atMs)}`),
  ];
}

/** What would be lost if the servers restarted now. */
export function lossLine({ last }: FeedState<Status>, age: Age): Line {
  const unpersisted = last?.value.unpersisted;
  if (!unpersisted || age.stale) return [piece('unpersisted games: not known', 'warn')];
  const { games, oldestSeconds } = unpersisted;
  if (games === 0) return [piece('0 games unpersisted', 'good')];
  const count = `${formatValue(games, 'games')} ${games === 1 ? 'game' : 'games'}, ${formatElapsed(oldestSeconds * 1000)}`;
  return [piece(`${count} lost if servers restarted now`, 'bad')];
}

export const runbookLine = (status: Status | undefined, key: string): Line =>
  status?.runbook ? [piece(key, 'accent', true), piece(` opens runbook ${status.runbook}`)] : [];

/** Production does not look like anything else, with colours and without: a bar before all, and the word in it. */
export function productionBar({ environment, production }: World, cells: number, ellipsis: string): Line {
  if (!production) return [];
  const name = environment === 'production' ? '' : ` ${environment}`;
  // A name without end must not push the verdict out.
  return [
    piece(` ${cut(`PRODUCTION${name}`, Math.floor(cells * 0.45), ellipsis)} `, 'loud', true),
    piece(' '),
  ];
}

/** Where there is no bar. */
const calmName = ({ environment, production }: World): Line =>
  production ? [] : [piece(environment, 'accent', true)];

const readOnlyMark = piece('READ-ONLY', 'warn', true);
const replicaMark = piece('REPLICA', 'warn', true);
const simulatedMark = piece('SIMULATED', 'warn', true);

const clockText = (nowMs: number) => `${new Date(nowMs).toISOString().slice(11, 19)} UTC`;

interface World {
  readonly environment: string;
  /** Players may be hurt there. */
  readonly production: boolean;
  readonly simulated: boolean;
  readonly place: string;
  /** Stored games are read from a replica, which may be behind. */
  readonly readsReplica: boolean;
  readonly readOnly: boolean;
}

/** What kind of session this is; it never gives way to the place. */
const sessionMarks = ({ readOnly, readsReplica }: World): readonly Piece[] => [
  ...(readOnly ? [readOnlyMark] : []),
  ...(readsReplica ? [replicaMark] : []),
];

/** What must be seen at every size: verdict and environment, then the loss and what kind of session this is. */
export function plainHeaderLines(
  { verdict, loss }: { verdict: Line; loss: Line },
  world: World,
  cells: number,
  ellipsis: string,
): readonly Line[] {
  const bar = productionBar(world, cells, ellipsis);
  const name = cutLine(calmName(world), Math.floor(cells / 2), ellipsis);
  const session = [...sessionMarks(world), ...(world.simulated ? [simulatedMark] : [])];
  const marks = session.flatMap((mark, index) => (index === 0 ? [mark] : [piece(' '), mark]));
  return [endsOf([...bar, ...verdict], name, cells, ellipsis), endsOf(loss, marks, cells, ellipsis)];
}

/** The place, and the clock that figures are to be held against, where the header holds neither. */
export const placeLine = ({ place }: World, nowMs: number, cells: number, ellipsis: string): Line =>
  endsOf([piece(place, 'quiet')], [piece(clockText(nowMs), 'quiet')], cells, ellipsis);

/** The place gives way when there is no room. */
export function worldLine(world: World, nowMs: number, cells: number, ellipsis: string): Line {
  const before = [
    ...sessionMarks(world).flatMap((mark) => [mark, piece('  ')]),
    ...calmName(world),
    ...(world.simulated ? [piece(world.production ? '' : '  '), simulatedMark] : []),
  ];
  const clock = piece(`  ${clockText(nowMs)}`, 'quiet');
  const room = cells - cellsOfLine([...before, clock]) - 2;
  return [...before, ...(room < 4 ? [] : [piece(`  ${cut(world.place, room, ellipsis)}`, 'quiet')]), clock];
}
