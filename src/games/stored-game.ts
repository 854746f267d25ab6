/** A game to rebuild and write on: what a damaged head does not say is taken from the records. */
import type { StoredGame } from '../backend/port.ts';
import { Fault } from '../base/fault.ts';
import type { Decoder } from '../engine/history.ts';
import type { GameRecord } from '../game/record.ts';
import { recordDigest } from '../game/record-codec.ts';
import { idText } from '../game/record-words.ts';
import { type CurrentGame, readCurrent } from './current-game.ts';
import { type DecodedGame, decodeGame } from './decoded.ts';
import type { Problem } from './game-view.ts';
import { headProblems } from './proof.ts';

export interface GameInHand {
  readonly record: GameRecord;
  readonly digest: string;
  readonly stored: StoredGame;
  /** Empty for a head that says what the records say: then an append is enough to go on. */
  readonly headProblems: readonly Problem[];
}

/** @throws Fault `integrity` when nothing at all is known of it */
export function takeInHand(record: GameRecord, decoder: Decoder): GameInHand {
  const game = readCurrent(record);
  const { id, head, newestRevision: revision, events, snapshots, expiresAtMs } = game;
  const isKnown = head.phase && head.createdAtMs !== undefined && head.updatedAtMs !== undefined;
  const known = isKnown ? undefined : latestKnown(decodeGame(game, decoder));
  const phase = head.phase ?? known?.phase;
  if (revision === 0 || !phase) throw nothingKnown(id);
  const updatedAtMs = head.updatedAtMs ?? known?.atMs ?? 0;
  const stored: StoredGame = {
    id,
    revision,
    phase,
    createdAtMs: head.createdAtMs ?? known?.firstAtMs ?? updatedAtMs,
    updatedAtMs,
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    events,
    snapshots,
  };
  return { record, digest: recordDigest(record), stored, headProblems: headProblemsOf(game) };
}

const headFields: readonly (string | undefined)[] = ['rev', 'phase', 'created', 'updated'];

function headProblemsOf(game: CurrentGame): Problem[] {
  return [...game.problems, ...headProblems(game)].filter(({ field }) => headFields.includes(field));
}

function latestKnown({ events, snapshots }: DecodedGame) {
  const known = [
    ...events.flatMap(({ document }) => (document ? [{ ...document, phase: document.to }] : [])),
    ...snapshots.flatMap(({ document }) => document ?? []),
  ].sort((a, b) => a.revision - b.revision);
  const [first, newest] = [known[0], known.at(-1)];
  return first && newest && { phase: newest.phase, atMs: newest.atMs, firstAtMs: first.atMs };
}

function nothingKnown(id: string): Fault {
  return new Fault('integrity', `Nothing that is stored of game ${idText(id)} can be read`, {
    next: 'Restore this game from a backup: gamekeeper backup list',
  });
}
