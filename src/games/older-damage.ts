/** What is damaged in a game whose newest state is proved all the same: nothing needs it now, a way back may. */
import { fieldOf } from '../backend/current-layout.ts';
import type { Decoder } from '../engine/history.ts';
import { wholeState } from '../engine/patch.ts';
import type { GameRecord } from '../game/record.ts';
import { readCurrent } from './current-game.ts';
import { decodeGame } from './decoded.ts';
import type { Problem } from './game-view.ts';
import { rowOf } from './rows.ts';

export interface OlderDamage {
  /** Records, none of them counted twice. */
  readonly records: number;
  /** Of a recovery or correction that came after all of them: somebody has seen to it. */
  readonly mendedAt?: number;
}

/** undefined where every record is proved. */
export function olderDamage(record: GameRecord, decoder: Decoder): OlderDamage | undefined {
  const problems = rowOf(record, { kind: 'record', record }, false, { decoder, depth: 'proof' })?.problems;
  if (!problems || problems.length === 0) return undefined;
  const records = new Set(problems.map(({ field, what }) => field ?? what)).size;
  const mendedAt = newestMending(record, decoder);
  return problems.every((problem) => isBefore(problem, mendedAt)) ? { records, mendedAt } : { records };
}

/** 0 for none. */
function newestMending(record: GameRecord, decoder: Decoder): number {
  const { events } = decodeGame(readCurrent(record), decoder);
  const mending = events.findLast(
    ({ document }) =>
      (document?.type === 'RECOVERED' || document?.type === 'CORRECTED') &&
      wholeState(document.patch) !== undefined,
  );
  return mending?.revision ?? 0;
}

function isBefore({ field }: Problem, revision: number): boolean {
  const found = field === undefined ? undefined : fieldOf(Buffer.from(field));
  return found !== undefined && 'revision' in found && found.revision < revision;
}
