import type { Encoded } from '../backend/port.ts';
import { asFault } from '../base/fault.ts';
import type { Decoder } from '../engine/history.ts';
import type { GameEvent, Snapshot } from '../game/record.ts';
import type { CurrentGame } from './current-game.ts';

/** One event or snapshot; without a document, why it has none. */
export interface Decoded<T> {
  readonly revision: number;
  readonly sizeBytes: number;
  readonly document?: T;
  readonly problem?: string;
}

/** Ascending by revision. */
export interface DecodedGame {
  readonly events: readonly Decoded<GameEvent>[];
  readonly snapshots: readonly Decoded<Snapshot>[];
}

export function decodeGame({ id, events, snapshots }: CurrentGame, decoder: Decoder): DecodedGame {
  return {
    events: events.map((stored) => decodeOne(stored, (bytes) => decoder.decodeEvent(bytes, id))),
    snapshots: snapshots.map((stored) => decodeOne(stored, (bytes) => decoder.decodeSnapshot(bytes, id))),
  };
}

function decodeOne<T extends { readonly revision: number }>(
  { revision, bytes }: Encoded,
  decode: (bytes: Uint8Array) => T,
): Decoded<T> {
  const about = { revision, sizeBytes: bytes.length };
  try {
    const document = decode(bytes);
    if (document.revision === revision) return { ...about, document };
    return { ...about, problem: `it says that it is revision ${document.revision}` };
  } catch (thrown) {
    return { ...about, problem: asFault(thrown).message };
  }
}
