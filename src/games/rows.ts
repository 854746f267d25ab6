/** A stored record as a row, with what is wrong with it. */
import type { RecordRead } from '../backend/port.ts';
import type { Decoder } from '../engine/history.ts';
import { sizeOf } from '../game/field-values.ts';
import { type LegacyView, readLegacy } from '../game/legacy.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { type CurrentGame, readCurrent } from './current-game.ts';
import { decodeGame } from './decoded.ts';
import type { CheckDepth, GameRow, Problem } from './game-view.ts';
import { given } from './given.ts';
import { decodingProblems, gapProblems, headProblems, replayProblems } from './proof.ts';

export interface RowParts {
  readonly decoder: Decoder;
  readonly depth: CheckDepth;
}

/** undefined for a game that is gone. */
export function rowOf(
  { id, layout }: RecordKey,
  read: RecordRead,
  inBothLayouts: boolean,
  parts: RowParts,
): GameRow | undefined {
  if (read.kind === 'absent') return undefined;
  if (read.kind === 'unreadable') return { id, layout, problems: [{ what: read.fault.message }] };
  const row = layout === 'legacy' ? legacyRow(read.record) : currentRow(read.record, parts);
  return inBothLayouts ? { ...row, problems: [...row.problems, bothLayouts] } : row;
}

const bothLayouts: Problem = { what: 'it exists in both layouts' };

function currentRow(record: GameRecord, { decoder, depth }: RowParts): GameRow {
  const game = readCurrent(record);
  const { head, phaseText, expiresAtMs, events, snapshots } = game;
  return {
    id: record.id,
    layout: 'current',
    ...given({ ...head, phase: phaseText, expiresAtMs }),
    sizeBytes: sizeOf(record),
    events: events.length,
    snapshots: snapshots.length,
    problems: currentProblems(game, decoder, depth),
  };
}

/** As deep as asked; the shallower ones come first, since they often explain the others. */
function currentProblems(game: CurrentGame, decoder: Decoder, depth: CheckDepth): Problem[] {
  const shallow = [...game.problems, ...headProblems(game)];
  if (depth === 'head') return shallow;
  const decoded = decodeGame(game, decoder);
  const unread = [...shallow, ...gapProblems(game, decoded), ...decodingProblems(decoded)];
  return depth === 'records' ? unread : [...unread, ...replayProblems(game, decoded)];
}

function legacyRow(record: GameRecord): GameRow {
  const game = readLegacy(record);
  const problems = legacyProblems(game);
  const counted = (field: string) => !problems.some((problem) => problem.field === field);
  return {
    id: record.id,
    layout: 'legacy',
    ...given({
      phase: game.phase,
      updatedAtMs: game.updatedAtMs,
      expiresAtMs: record.expiresAtMs,
      events: counted('transitions') ? game.transitions.length : undefined,
      snapshots: counted('snapshots') ? game.snapshots.length : undefined,
    }),
    sizeBytes: sizeOf(record),
    problems,
  };
}

/** Each of them is written `field: what`. */
function legacyProblems({ problems }: LegacyView): Problem[] {
  return problems.map((text) => {
    const at = text.indexOf(': ');
    return at < 0 ? { what: text } : { field: text.slice(0, at), what: text.slice(at + 2) };
  });
}
