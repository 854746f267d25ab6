import type { GameEvent, Snapshot } from '../game/record.ts';
import type { Decoded } from './decoded.ts';
import type { EventRow, PhaseSpan, SnapshotRow } from './game-view.ts';
import { given } from './given.ts';

/** A phase begins where an event leads to another one than the game was in; before the oldest event nothing is known. */
export function timelineOf(rows: readonly EventRow[]): PhaseSpan[] {
  const spans: PhaseSpan[] = [];
  for (const { to, atMs, revision, actor, type } of rows) {
    const last = spans.at(-1);
    if (to === undefined || last?.phase === to) continue;
    if (last?.atMs !== undefined && atMs !== undefined) {
      spans[spans.length - 1] = { ...last, lastedMs: atMs - last.atMs };
    }
    spans.push({ phase: to, ...given({ atMs, revision, actor, type }) });
  }
  return spans;
}

export function eventRow({ revision, sizeBytes, document, problem }: Decoded<GameEvent>): EventRow {
  if (!document) return { revision, sizeBytes, ...given({ problem }) };
  const { atMs, type, from, to, actor, covers, reason, error } = document;
  return { revision, sizeBytes, atMs, type, from, to, actor, ...given({ covers, reason, error }) };
}

export function snapshotRow({ revision, sizeBytes, document, problem }: Decoded<Snapshot>): SnapshotRow {
  if (!document) return { revision, sizeBytes, ...given({ problem }) };
  const { atMs, trigger, phase } = document;
  return { revision, sizeBytes, atMs, trigger, phase };
}
