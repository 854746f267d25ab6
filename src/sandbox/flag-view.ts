import { inCohort } from '../game/cohort.ts';
import type { GameId } from '../game/game.ts';
import type { FlagName } from '../platform/flags.ts';
import type { Flags } from '../platform/schemas.ts';
import { type FlagChange, type FlagChanges, type FlagFile, isEffective } from './flag-file.ts';

/** The flags as one server knows them: what it changes itself at once, what others change with the next refresh. */
export interface FlagView {
  flags(): Flags;
  refresh(): void;
  update(changes: FlagChanges): FlagChange;
  /** Whether the flag has an effect on this game. */
  isOn(flag: FlagName, id: GameId): boolean;
}

export function createFlagView(file: FlagFile): FlagView {
  let flags = file.read();
  return {
    flags: () => flags,
    refresh() {
      flags = file.read();
    },
    update(changes) {
      const change = file.update(changes);
      if (change.kind === 'changed') flags = change.flags;
      return change;
    },
    isOn: (flag, id) => isEffective(flags, flag, (percentage) => inCohort(id, percentage)),
  };
}
