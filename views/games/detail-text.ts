/** One game in words, a section at a time; each is lines, so that any of them scrolls. */
import { formatAge, formatBytes, formatDuration, formatValue } from '../../src/base/units.ts';
import { idText } from '../../src/game/record-words.ts';
import type { EventRow, GameView, HoldingRow, StoreRow } from '../../src/games/game-view.ts';
import { shortServer } from '../flag-summary.ts';
import { cut, type Line, padTo, piece, wrap } from '../line.ts';
import type { Glyphs } from '../theme.ts';
import { problemText } from './columns.ts';
import { holdLeftMs, onHoldText } from './hold.ts';
import { divergedText } from './loss.ts';

export interface TextRoom {
  readonly cells: number;
  readonly nowMs: number;
  readonly glyphs: Glyphs;
}

export const sections = ['state', 'timeline', 'snapshots', 'events', 'where', 'problems'] as const;
export type Section = (typeof sections)[number];

export const sectionTitles: Readonly<Record<Section, string>> = {
  state: 'State',
  timeline: 'Timeline',
  snapshots: 'Snapshots',
  events: 'Events',
  where: 'Where',
  problems: 'Problems',
};

const ago = (atMs: number | undefined, nowMs: number) =>
  atMs === undefined ? 'time unknown' : `${formatAge(nowMs - atMs)} ago`;

const utc = (atMs: number) => new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');

const timeText = (atMs: number | undefined) => (atMs === undefined ? '?' : utc(atMs));

/** Beyond what a Date can hold, storage may say anything. */
const soundTime = (atMs: number | undefined) =>
  atMs !== undefined && Math.abs(atMs) <= 8.64e15 ? atMs : undefined;

/** What it is and how it is, in one line. */
export function gameLine(
  { row, readsFrom, inBothLayouts, heldBy = [] }: GameView,
  { nowMs, cells, glyphs }: TextRoom,
): Line {
  const { id, phase, revision, sizeBytes, updatedAtMs, layout } = row;
  const left = holdLeftMs({ heldBy }, nowMs);
  const facts = [
    phase ?? 'phase unknown',
    layout === 'legacy' ? 'legacy layout' : revision === undefined ? 'revision unknown' : `rev ${revision}`,
    `changed ${ago(updatedAtMs, nowMs)}`,
    sizeBytes === undefined ? 'size unknown' : formatBytes(sizeBytes),
  ];
  return [
    piece('GAME  ', 'accent', true),
    // An id without end must not push out what makes the rest doubtful.
    piece(cut(idText(id), Math.max(8, Math.floor(cells / 3)), glyphs.ellipsis), 'plain', true),
    ...(inBothLayouts ? [piece('  CONFLICT: in both layouts', 'bad', true)] : []),
    ...(readsFrom === 'replica' ? [piece('  from a REPLICA', 'warn', true)] : []),
    ...(left === undefined ? [] : [piece(`  ON HOLD ${formatAge(left)}`, 'warn', true)]),
    piece(`  ${facts.join('  ')}`),
  ];
}

/** What the state is worth, before it is believed. */
export function stateNote({ state }: GameView): Line {
  switch (state.kind) {
    case 'proved':
      return [piece(`proved by its hash at revision ${state.revision}`, 'good')];
    case 'behind':
      return [
        piece(`! older than the game: nothing newer than revision ${state.revision} can be proved`, 'bad'),
      ];
    case 'unproved':
      return [
        piece('? as stored: the legacy layout proves no state', 'warn'),
        ...(state.retold.length > 0 ? [piece('; some values are stored in other types', 'warn')] : []),
      ];
    case 'none':
      return [piece(`! no state: ${state.why}`, 'bad')];
  }
}

const columnsLine = (texts: readonly (readonly [string, number])[]): Line => [
  piece(texts.map(([text, cells]) => padTo(text, cells)).join('  '), 'quiet'),
];

export function timelineLines({ timeline }: GameView, { cells, nowMs, glyphs }: TextRoom): readonly Line[] {
  if (timeline.length === 0) return [[piece('No event tells of a phase.', 'quiet')]];
  const lasted = timeline.map(
    ({ atMs, lastedMs }) => lastedMs ?? (atMs === undefined ? undefined : Math.max(0, nowMs - atMs)),
  );
  const longest = Math.max(1, ...lasted.map((ms) => ms ?? 0));
  const room = Math.max(0, cells - 12 - 14 - 21 - 12 - 8);
  const bar = glyphs.bars.at(-1) ?? '#';
  return [
    columnsLine([
      ['phase', 12],
      ['lasted', 14],
      ['since (UTC)', 19],
      ['by', 12],
    ]),
    ...timeline.map(({ phase, atMs, actor = '', lastedMs }, index): Line => {
      const ms = lasted[index];
      const text = ms === undefined ? '?' : formatDuration(ms);
      const length = ms === undefined ? 0 : Math.max(1, Math.round((ms / longest) * room));
      return [
        piece(padTo(phase, 12), 'plain', true),
        piece(`  ${padTo(lastedMs === undefined ? `${text} now` : text, 14)}`),
        piece(`  ${padTo(timeText(soundTime(atMs)), 19)}  ${padTo(actor, 12)}  `, 'quiet'),
        piece(bar.repeat(Math.min(room, length)), 'accent'),
      ];
    }),
  ];
}

/** Newest first: that is the one asked for. */
export function snapshotLines({ snapshots }: GameView, { nowMs }: TextRoom): readonly Line[] {
  if (snapshots.length === 0) return [[piece('There is no snapshot.', 'warn')]];
  return [
    columnsLine([
      ['revision', 10],
      ['taken', 12],
      ['size', 10],
      ['trigger', 14],
      ['phase', 12],
    ]),
    ...snapshots
      .toReversed()
      .map(
        ({ revision, atMs, sizeBytes, trigger = '?', phase = '?', problem }): Line => [
          piece(padTo(String(revision), 10), 'plain', true),
          piece(`  ${padTo(ago(atMs, nowMs), 12)}  ${padTo(formatBytes(sizeBytes), 10)}`),
          ...(problem === undefined
            ? [piece(`  ${padTo(trigger, 14)}  ${padTo(phase, 12)}`)]
            : [piece(`  ! ${problem}`, 'bad')]),
        ],
      ),
  ];
}

/** Newest first. */
export function eventLines({ events }: GameView, { nowMs, glyphs }: TextRoom): readonly Line[] {
  if (events.length === 0) return [[piece('There is no event.', 'warn')]];
  return [
    columnsLine([
      ['revision', 8],
      ['when', 10],
      ['type', 14],
      ['phases', 25],
      ['by', 13],
    ]),
    ...events.toReversed().map((event) => eventLine(event, nowMs, glyphs)),
  ];
}

function eventLine(event: EventRow, nowMs: number, glyphs: Glyphs): Line {
  const {
    revision,
    atMs,
    type = '?',
    from,
    to = '?',
    actor = '',
    covers = 1,
    reason,
    error,
    problem,
  } = event;
  const arrow = glyphs.rule === '-' ? '->' : '→';
  const phases = from === undefined || from === null || from === to ? to : `${from} ${arrow} ${to}`;
  const head = [
    piece(padTo(revision === undefined ? '?' : String(revision), 8), 'plain', true),
    piece(`  ${padTo(ago(atMs, nowMs), 10)}  `),
  ];
  if (problem !== undefined) return [...head, piece(`! ${problem}`, 'bad')];
  return [
    ...head,
    piece(`${padTo(type, 14)}  ${padTo(phases, 25)}  ${padTo(actor, 13)}`),
    ...(covers > 1 ? [piece(`  ${formatValue(covers, 'games')} transitions merged`, 'warn')] : []),
    ...(reason === undefined ? [] : [piece(`  ${reason}`, 'accent')]),
    ...(error === undefined ? [] : [piece(`  failed: ${error}`, 'bad')]),
  ];
}

/** What servers hold in memory and what each storage has; where nobody can be asked it says so. */
export function whereLines(view: GameView, { cells, nowMs }: TextRoom): readonly Line[] {
  const { heldBy, stores, otherFields, inBothLayouts } = view;
  return [
    [piece('In the memory of game servers', 'plain', true)],
    ...(heldBy === undefined
      ? [[piece('  unknown: no game server can be asked', 'warn' as const)]]
      : heldBy.map((row) => holdingLine(row, nowMs))),
    [],
    [piece('In storage', 'plain', true)],
    ...stores.map(storeLine),
    ...(inBothLayouts
      ? wrap('! It exists in both layouts: a person must settle which one counts.', cells).map(
          (text): Line => [piece(text, 'bad')],
        )
      : []),
    ...(otherFields.length === 0
      ? []
      : wrap(`Parts that belong to somebody else: ${otherFields.slice(0, 50).join(', ')}`, cells).map(
          (text): Line => [piece(text, 'quiet')],
        )),
  ];
}

function holdingLine(row: HoldingRow, nowMs: number): Line {
  const server = piece(`  ${padTo(shortServer(row.server), 22)}  `);
  const still = onHoldText(row.onHoldUntilMs, nowMs);
  const hold = still === '' ? [] : [piece(`, on ${still}`, 'warn')];
  switch (row.kind) {
    case 'held': {
      const since =
        row.unpersistedSinceMs === undefined ? '' : `, waiting ${ago(row.unpersistedSinceMs, nowMs)}`;
      return [
        server,
        piece(`holds revision ${row.revision}`, 'accent'),
        ...(row.ahead > 0
          ? [piece(`, ${formatValue(row.ahead, 'games')} transitions only in its memory${since}`, 'bad')]
          : []),
        ...(row.divergedAt === undefined ? [] : [piece(`, ${divergedText(row.divergedAt)}`, 'bad')]),
        ...(row.ahead === 0 && row.divergedAt === undefined ? [piece(', nothing that storage lacks')] : []),
        ...hold,
      ];
    }
    case 'not-held':
      return [server, piece('does not hold it', 'quiet'), ...hold];
    case 'unread':
      return [server, piece(`unknown: ${row.fault.message}`, 'warn')];
  }
}

function storeLine({ role, location, found }: StoreRow): Line {
  const store = piece(`  ${padTo(role, 9)}  `);
  const place = piece(`  ${location}`, 'quiet');
  switch (found.kind) {
    case 'record': {
      const revision = found.revision === undefined ? 'a record' : `revision ${found.revision}`;
      return [store, piece(revision, 'accent'), piece(`, content ${found.digest.slice(0, 12)}`), place];
    }
    case 'absent':
      return [store, piece('does not have it', 'bad'), place];
    case 'unread':
      return [store, piece(`unknown: ${found.fault.message}`, 'warn'), place];
  }
}

export function problemLines({ row }: GameView, { cells }: TextRoom): readonly Line[] {
  if (row.problems.length === 0) {
    return [[piece('None: every event and snapshot was read, and every hash matches.', 'good')]];
  }
  return row.problems.flatMap((problem) =>
    wrap(problemText(problem), cells - 2).map(
      (text, line): Line => [piece(line === 0 ? '! ' : '  ', 'bad'), piece(text)],
    ),
  );
}
