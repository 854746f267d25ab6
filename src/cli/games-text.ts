/** Games as lines for people. */
import { formatAge, formatBytes, formatDuration } from '../base/units.ts';
import { gameLabel } from '../game/record-words.ts';
import type {
  EventRow,
  GameContent,
  GameRow,
  GameView,
  HoldingRow,
  PhaseSpan,
  Problem,
  SnapshotRow,
  StateView,
  StoreRow,
} from '../games/game-view.ts';
import { problemText } from '../games/problem.ts';
import { stateTree } from './state-tree.ts';
import { table } from './table.ts';

const unknown = '?';
const nobodyAsked = 'In memory: not known, no game server can be asked';

export function rowsTable(rows: readonly GameRow[], nowMs: number): string[] {
  if (rows.length === 0) return [];
  return table([
    ['GAME', 'PHASE', 'REVISION', 'CHANGED', 'SIZE', 'EVENTS', 'SNAPSHOTS', 'PROBLEMS'],
    ...rows.map((row) => rowCells(row, nowMs)),
  ]);
}

function rowCells(row: GameRow, nowMs: number): string[] {
  const { phase, revision, updatedAtMs, sizeBytes, events, snapshots, problems } = row;
  return [
    gameLabel(row),
    [phase ?? unknown, stillText(row.onHoldUntilMs, nowMs)].filter(Boolean).join(', '),
    countText(revision),
    updatedAtMs === undefined ? unknown : `${formatAge(nowMs - updatedAtMs)} ago`,
    sizeBytes === undefined ? unknown : formatBytes(sizeBytes),
    countText(events),
    countText(snapshots),
    problemsCell(problems),
  ];
}

/** Empty for a game that may move. */
const stillText = (onHoldUntilMs: number | undefined, nowMs: number) =>
  onHoldUntilMs === undefined || onHoldUntilMs <= nowMs
    ? ''
    : `on hold for ${formatAge(onHoldUntilMs - nowMs)} more`;

const countText = (count: number | undefined) => (count === undefined ? unknown : String(count));

function problemsCell(problems: readonly Problem[]): string {
  const [first] = problems;
  if (!first) return '';
  const more = problems.length - 1;
  return problemText(first) + (more > 0 ? ` (and ${more} more)` : '');
}

/** @param readsFrom what a replica says is no proof of the present */
export function sourceLine(location: string, readsFrom: 'primary' | 'replica'): string[] {
  return readsFrom === 'primary' ? [] : [`Read from a replica of ${location}, which may be behind`];
}

export function viewLines(view: GameView, location: string, nowMs: number): string[] {
  const { row, heldBy, stores } = view;
  const where = [
    ...section('Stored', stores.map(storeCells)),
    ...section(
      'In memory',
      (heldBy ?? []).map((one) => holdingCells(one, nowMs)),
    ),
    ...(heldBy === undefined && row.layout === 'current' ? ['', nobodyAsked] : []),
  ];
  return [...sourceLine(location, view.readsFrom), ...contentLines(view, nowMs, where)];
}

/** Problems come first: they are why somebody looks. @param where it is */
export function contentLines(content: GameContent, nowMs: number, where: readonly string[] = []): string[] {
  const { row, state, timeline, snapshots, events, otherFields } = content;
  return [
    ...row.problems.map((problem) => `PROBLEM  ${problemText(problem)}`),
    ...headLines(row, nowMs),
    ...where,
    ...section('Phases', timeline.map(spanCells)),
    ...section('Snapshots', snapshots.map(snapshotCells)),
    ...section(`Last ${events.length} events`, events.map(eventCells)),
    ...(otherFields.length > 0 ? ['', `Fields of others: ${otherFields.join(', ')}`] : []),
    '',
    ...stateLines(state),
  ];
}

function headLines(row: GameRow, nowMs: number): string[] {
  const { phase, revision, createdAtMs, updatedAtMs, expiresAtMs, sizeBytes } = row;
  const size = sizeBytes === undefined ? unknown : formatBytes(sizeBytes);
  return [
    `Game ${gameLabel(row)}`,
    ...table([
      ['  phase', phase ?? unknown],
      ['  revision', countText(revision)],
      ['  created', createdAtMs === undefined ? unknown : timeText(createdAtMs)],
      [
        '  changed',
        updatedAtMs === undefined
          ? unknown
          : `${timeText(updatedAtMs)}, ${formatAge(nowMs - updatedAtMs)} ago`,
      ],
      ...(expiresAtMs === undefined ? [] : [['  deleted', timeText(expiresAtMs)]]),
      ['  size', `${size}, ${countText(row.events)} events, ${countText(row.snapshots)} snapshots`],
    ]),
  ];
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', title, ...table(rows.map((cells) => [` `, ...cells]))];
}

function storeCells({ role, location, found }: StoreRow): string[] {
  if (found.kind === 'absent') return [role, location, 'does not have it'];
  if (found.kind === 'unread') return [role, location, `not read: ${found.fault.message}`];
  const revision = found.revision === undefined ? '' : `revision ${found.revision}`;
  return [role, location, revision, `digest ${found.digest.slice(0, 12)}`];
}

function holdingCells(row: HoldingRow, nowMs: number): string[] {
  const { server } = row;
  const still = stillText(row.onHoldUntilMs, nowMs);
  if (row.kind === 'not-held') return [server, 'not held', still];
  if (row.kind === 'unread') return [server, `not read: ${row.fault.message}`];
  const { revision, ahead, unpersistedSinceMs: since, divergedAt } = row;
  const age = since === undefined ? '' : ` for ${formatAge(nowMs - since)}`;
  return [
    server,
    `revision ${revision}`,
    ahead > 0 ? `${ahead} only in memory${age}` : divergedAt === undefined ? 'persisted' : '',
    divergedAt === undefined ? '' : `went another way than storage, which is at revision ${divergedAt}`,
    still,
  ];
}

function spanCells({ phase, atMs, lastedMs, revision, actor, type }: PhaseSpan): string[] {
  return [
    phase,
    atMs === undefined ? unknown : timeText(atMs),
    lastedMs === undefined ? '' : formatDuration(lastedMs),
    revision === undefined ? '' : `revision ${revision}`,
    [type, actor && `by ${actor}`].filter(Boolean).join(' '),
  ];
}

export function snapshotCells({ revision, sizeBytes, atMs, trigger, phase, problem }: SnapshotRow): string[] {
  return [
    `revision ${revision}`,
    atMs === undefined ? unknown : timeText(atMs),
    trigger ?? '',
    phase ?? '',
    formatBytes(sizeBytes),
    problem === undefined ? '' : `DAMAGED: ${problem}`,
  ];
}

function eventCells(row: EventRow): string[] {
  const { revision, atMs, type, from, to, actor, covers, reason, error, problem } = row;
  return [
    countText(revision),
    atMs === undefined ? unknown : timeText(atMs),
    type ?? '',
    to === undefined ? '' : `${from ?? 'new'} -> ${to}`,
    actor ?? '',
    [
      problem === undefined ? '' : `DAMAGED: ${problem}`,
      covers === undefined ? '' : `covers ${covers} transitions`,
      reason === undefined ? '' : `reason: ${reason}`,
      error === undefined ? '' : `failed: ${error}`,
    ]
      .filter(Boolean)
      .join('; '),
  ];
}

function stateLines(state: StateView): string[] {
  switch (state.kind) {
    case 'none':
      return [`State: none, ${state.why}`];
    case 'proved':
      return [`State of revision ${state.revision}, its hash proved`, ...stateTree(state.state)];
    case 'behind':
      return [
        `State of revision ${state.revision}, the newest that is proved: the game is further`,
        ...stateTree(state.state),
      ];
    case 'unproved':
      return [
        'State, which nothing proves in the legacy layout',
        ...state.retold.map((what) => `  NOTE  ${what}`),
        ...stateTree(state.state),
      ];
  }
}

const timeText = (ms: number) => {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
};
