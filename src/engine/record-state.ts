/** The state in a record, whatever its layout: for showing and comparing, never for writing. */
import { storedGame } from '../backend/current-layout.ts';
import { asFault } from '../base/fault.ts';
import type { Json } from '../game/game.ts';
import { readLegacy } from '../game/legacy.ts';
import type { GameRecord } from '../game/record.ts';
import type { Decoder } from './history.ts';
import { replay } from './replay.ts';

export type RecordState =
  /** `revision` is missing in the legacy layout, where nothing proves the state; older than the game's where no newer one is proved. */
  | { readonly kind: 'state'; readonly revision?: number; readonly state: Json }
  | { readonly kind: 'none'; readonly why: string };

export function stateOfRecord(record: GameRecord, decoder: Decoder): RecordState {
  if (record.layout === 'legacy') {
    const { state } = readLegacy(record);
    return state === undefined ? none('the field "state" cannot be read') : { kind: 'state', state };
  }
  try {
    const { proved, problems } = replay(storedGame(record), decoder);
    if (proved) return { kind: 'state', revision: proved.revision, state: proved.state };
    return none(problems[0] ?? 'no state can be rebuilt from what is stored');
  } catch (thrown) {
    return none(asFault(thrown).message);
  }
}

const none = (why: string): RecordState => ({ kind: 'none', why });
