import type { Fault } from '../base/fault.ts';
import type { GameRecord } from '../game/record.ts';
import type { CapacityRule, Refusals } from './port.ts';

/** @param refusalOf also decides at the write */
export const refusalsBy = (
  refusalOf: (record: GameRecord) => Fault | undefined,
  capacity?: CapacityRule,
): Refusals => ({
  ...(capacity ? { capacity } : {}),
  of(record) {
    const why = refusalOf(record);
    return why && { why, by: 'storage' };
  },
});
