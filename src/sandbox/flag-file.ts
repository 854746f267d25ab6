/** The feature flags of the fleet: one file, which each server reads again and again. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type FlagName, flagNames, flagNeeds } from '../platform/flags.ts';
import { type BulkUpdate, type Flags, type FlagValue, flagsSchema } from '../platform/schemas.ts';

/** What is left out stays as it is. */
export type FlagChanges = Readonly<Partial<Record<FlagName, Partial<FlagValue>>>>;
export type FlagChange =
  | { readonly kind: 'changed'; readonly flags: Flags }
  | { readonly kind: 'refused'; readonly why: string };

export interface FlagFile {
  read(): Flags;
  /** All or nothing. */
  update(changes: FlagChanges): FlagChange;
}

const on: FlagValue = { enabled: true, percentage: 100 };
const allOn: Flags = { use_state_persistence: on, enable_state_snapshots: on, enable_state_recovery: on };

/** Synchronous: the whole fleet is one process, so nothing comes between reading and writing. */
export function openFlagFile(path: string): FlagFile {
  const read = (): Flags => {
    try {
      return flagsSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).flags;
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return allOn;
      throw thrown;
    }
  };
  return {
    read,
    update(changes) {
      const flags = merge(read(), changes);
      const why = refusal(flags, changes);
      if (why) return { kind: 'refused', why };
      writeFileSync(`${path}.part`, JSON.stringify({ flags }));
      renameSync(`${path}.part`, path);
      return { kind: 'changed', flags };
    },
  };
}

export const changesOf = (update: BulkUpdate): FlagChanges =>
  Object.fromEntries(update.map(({ name, enabled }) => [name, { enabled }]));

function merge(flags: Flags, changes: FlagChanges): Flags {
  return {
    use_state_persistence: { ...flags.use_state_persistence, ...changes.use_state_persistence },
    enable_state_snapshots: { ...flags.enable_state_snapshots, ...changes.enable_state_snapshots },
    enable_state_recovery: { ...flags.enable_state_recovery, ...changes.enable_state_recovery },
  };
}

/**
 * A flag cannot be turned on while the one that it needs stays off. Turning off is never refused, whatever builds
 * on it: those flags keep their value and have no effect.
 */
function refusal(flags: Flags, changes: FlagChanges): string | undefined {
  for (const name of flagNames) {
    const needed = flagNeeds[name];
    if (changes[name]?.enabled && needed && !flags[needed].enabled)
      return `${name} needs ${needed}, which is off`;
  }
  return undefined;
}

/** A flag that is on by itself and through all that it needs. */
export function isEffective(
  flags: Flags,
  name: FlagName,
  isInCohort: (percentage: number) => boolean,
): boolean {
  const needed = flagNeeds[name];
  const { enabled, percentage } = flags[name];
  return (
    enabled && isInCohort(percentage) && (needed === undefined || isEffective(flags, needed, isInCohort))
  );
}
