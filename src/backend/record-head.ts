import { readLegacyTime } from '../game/legacy.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { phaseOf } from '../game/record-words.ts';
import { countOf } from './current-layout.ts';

/** What can be said of a record without understanding all of it. */
export interface RecordHead extends RecordKey {
  /** As stored, which in a broken game may be any text. */
  readonly phase?: string;
  /** Of the last change; undefined where the record does not tell. */
  readonly updatedAtMs?: number;
}

export function headOf(record: GameRecord): RecordHead {
  const { id, layout } = record;
  const phase = phaseOf(record);
  const updatedAtMs = layout === 'legacy' ? readLegacyTime(record) : updatedOf(record);
  return {
    id,
    layout,
    ...(phase === undefined ? {} : { phase }),
    ...(updatedAtMs === undefined ? {} : { updatedAtMs }),
  };
}

const updatedField = Buffer.from('updated');

function updatedOf({ parts }: GameRecord): number | undefined {
  const value = parts.find(({ name }) => updatedField.equals(name))?.value;
  return value?.kind === 'bytes' ? countOf(value.bytes) : undefined;
}
