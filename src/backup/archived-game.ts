import type { Backend, Refusals } from '../backend/port.ts';
import { checkRecord } from '../backend/record-check.ts';
import { whyNotHeld } from '../backend/record-reads.ts';
import { asFault } from '../base/fault.ts';
import type { GameRecord } from '../game/record.ts';
import { recordBytes } from '../game/record-codec.ts';
import { describeRecord } from '../game/record-words.ts';
import type { ArchivedRecord } from './reader.ts';
import type { ArchivedGame } from './restore-decision.ts';

/** Where the game is to be restored, and what is known of it. */
interface Target {
  readonly backend: Backend;
  readonly refusals: Refusals;
  readonly nowMs: number;
}

export function summarise({ record, digest }: ArchivedRecord, target: Target): ArchivedGame {
  const { id, layout, revision, expiresAtMs } = record;
  return {
    id,
    layout,
    digest,
    revision,
    expiresAtMs,
    words: describeRecord(record),
    sizeBytes: recordBytes(record),
    ...(target.refusals.capacity ? { capacity: target.refusals.capacity.of(record) } : {}),
    ...fateAt(target, record),
  };
}

type Fate = Pick<ArchivedGame, 'refusal' | 'hasExpired' | 'secondaryRefusal'>;

function fateAt({ backend, refusals, nowMs }: Target, record: GameRecord): Fate {
  const refusal = whyNotHeld(backend, record) ?? whyUnsound(record, nowMs);
  if (refusal !== undefined) return { refusal, hasExpired: (record.expiresAtMs ?? nowMs + 1) <= nowMs };
  const refused = refusals.of(record);
  if (!refused) return {};
  return { [refused.by === 'secondary' ? 'secondaryRefusal' : 'refusal']: refused.why.message };
}

function whyUnsound(record: GameRecord, nowMs: number): string | undefined {
  try {
    checkRecord(record, nowMs);
    return undefined;
  } catch (thrown) {
    return asFault(thrown).message;
  }
}
