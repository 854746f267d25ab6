import type { Fault } from '../base/fault.ts';
import type { FlagName } from '../platform/flags.ts';
import type { BulkUpdate, Flags } from '../platform/schemas.ts';

/** The flags as each game server sees them: a flag is only off when every server says so. */
export interface FleetFlags {
  readonly atMs: number;
  readonly servers: readonly (
    | { readonly server: string; readonly flags: Flags }
    | { readonly server: string; readonly fault: Fault }
  )[];
}

/** What became of one write on one server. `unknown`: no answer came, it may have been applied. */
export interface FlagWrite {
  readonly server: string;
  readonly flag: FlagName;
  readonly kind: 'changed' | 'unchanged' | 'failed' | 'unknown';
  readonly fault?: Fault;
}

export interface FlagStore {
  /** For people: where the flags live. */
  readonly place: string;
  /** Never throws for a single server; its row has the fault. */
  read(signal?: AbortSignal): Promise<FleetFlags>;
  /** Writes to every server, each all or none. */
  write(update: BulkUpdate, signal?: AbortSignal): Promise<readonly FlagWrite[]>;
}
