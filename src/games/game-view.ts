/** What is told about games: plain data for screens and printers. Ids, phases, names and errors are as stored. */
import type { Fault } from '../base/fault.ts';
import type { Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { Layout, RecordKey } from '../game/record.ts';

/** What is wrong with a stored game. */
export interface Problem {
  /** The field as it is named in storage, like `e:7`; undefined when it is the game as a whole. */
  readonly field?: string;
  readonly what: string;
}

/**
 * How closely a game is looked at. `head`: its head; `records`: every event and snapshot is decoded too, and none
 * is missing; `proof`: and replayed, so that every state's hash is checked.
 */
export type CheckDepth = 'head' | 'records' | 'proof';

/** One stored game, as far as it can be read; nothing that is missing is made up. */
export interface GameRow extends RecordKey {
  /** Any text in a damaged game; undefined when there is none. */
  readonly phase?: string;
  /** Missing in the legacy layout, and in a damaged game. */
  readonly revision?: number;
  readonly createdAtMs?: number;
  readonly updatedAtMs?: number;
  readonly expiresAtMs?: number;
  /** Of all names and values; undefined when the record cannot be read. */
  readonly sizeBytes?: number;
  /** A server moves it no further before then; undefined also where nobody was asked. */
  readonly onHoldUntilMs?: number;
  /** Stored ones; undefined when they cannot be told. */
  readonly events?: number;
  readonly snapshots?: number;
  /** What a check of the depth that was asked for found; none is not proof of more than that. */
  readonly problems: readonly Problem[];
}

/** All that are given must hold. What a game does not tell (its age, its size) does not fulfil them. */
export interface GameFilter {
  /** As stored, also those that are no phases of ours. */
  readonly phases?: readonly string[];
  /** Since the last change. */
  readonly olderThanMs?: number;
  readonly youngerThanMs?: number;
  readonly minBytes?: number;
  /** `*` is any text, `?` one character; the whole id must match. */
  readonly idPattern?: string;
  readonly layout?: Layout;
  /** Checks with `proof`. */
  readonly onlyProblems?: boolean;
  /** `records` when left out. */
  readonly depth?: CheckDepth;
}

/** Which game; without a layout the current one if it is there, else the legacy one. */
export interface GameKey {
  readonly id: string;
  readonly layout?: Layout;
}

/** Time that a game spent in one phase. */
export interface PhaseSpan {
  readonly phase: string;
  /** undefined when storage does not tell. */
  readonly atMs?: number;
  /** undefined for the last one, which goes on. */
  readonly lastedMs?: number;
  /** Of the event that began it. */
  readonly revision?: number;
  readonly actor?: string;
  readonly type?: string;
}

/** `atMs` and what follows are missing when it cannot be decoded; `problem` says why. */
export interface SnapshotRow {
  readonly revision: number;
  readonly sizeBytes: number;
  readonly atMs?: number;
  readonly trigger?: string;
  readonly phase?: string;
  readonly problem?: string;
}

export interface EventRow {
  /** undefined in the legacy layout. */
  readonly revision?: number;
  readonly sizeBytes?: number;
  readonly atMs?: number;
  readonly type?: string;
  readonly from?: string | null;
  readonly to?: string;
  readonly actor?: string;
  /** Transitions that were merged into it. */
  readonly covers?: number;
  readonly reason?: string;
  /** What failed in the game's code. */
  readonly error?: string;
  readonly problem?: string;
}

/** A state, or why there is none. `behind`: the newest that storage proves is older than the game. */
export type StateView =
  | { readonly kind: 'proved'; readonly revision: number; readonly phase: string; readonly state: Json }
  | { readonly kind: 'behind'; readonly revision: number; readonly phase: string; readonly state: Json }
  /** As the legacy layout has it: nothing there proves it. `retold` names what is of another type there. */
  | {
      readonly kind: 'unproved';
      readonly phase: string | undefined;
      readonly state: Json;
      readonly retold: readonly string[];
    }
  | { readonly kind: 'none'; readonly why: string };

/** What a game server's memory has of the game. */
export type HoldingRow = {
  readonly server: string;
  /** It moves the game no further before then, whether it is in its memory or not. */
  readonly onHoldUntilMs?: number;
} & (
  | {
      readonly kind: 'held';
      readonly revision: number;
      /** Transitions that are only in that memory. */
      readonly ahead: number;
      /** Since when the oldest of those waits. */
      readonly unpersistedSinceMs?: number;
      /** Newest revision in storage once memory and storage are known to have gone different ways. */
      readonly divergedAt?: number;
    }
  | { readonly kind: 'not-held' }
  | { readonly kind: 'unread'; readonly fault: Fault }
);

/** What one backend has of the game. */
export interface StoreRow {
  readonly role: 'primary' | 'secondary';
  readonly location: string;
  readonly found:
    | { readonly kind: 'record'; readonly revision?: number; readonly digest: string }
    | { readonly kind: 'absent' }
    | { readonly kind: 'unread'; readonly fault: Fault };
}

/** What the record of a game says, wherever it was read. */
export interface GameContent {
  readonly row: GameRow;
  readonly state: StateView;
  /** Oldest first; begins later than the game when older events are gone. */
  readonly timeline: readonly PhaseSpan[];
  /** Oldest first. */
  readonly snapshots: readonly SnapshotRow[];
  /** The newest, oldest of them first. */
  readonly events: readonly EventRow[];
  /** Names of parts that belong to somebody else. */
  readonly otherFields: readonly string[];
  /** The game exists in both layouts, which is a conflict that a person must settle. */
  readonly inBothLayouts: boolean;
}

export interface GameView extends GameContent {
  /** A replica may be behind: what it says is not shown as the present. */
  readonly readsFrom: 'primary' | 'replica';
  /** One row for each game server; undefined where none can be asked. */
  readonly heldBy?: readonly HoldingRow[];
  readonly stores: readonly StoreRow[];
}

export interface Verification {
  readonly key: RecordKey;
  /** What was looked at, so that a pass over nothing is not a pass. */
  readonly events: number;
  readonly snapshots: number;
  readonly problems: readonly Problem[];
}

/** What a person corrects, as it is before. */
export interface EditableGame {
  readonly id: string;
  readonly revision: number;
  readonly phase: Phase;
  /** The newest state that storage proves; undefined when it proves none. */
  readonly proved: { readonly revision: number; readonly state: Json } | undefined;
  /** Hand it back with the correction, which is refused if the game has moved since. */
  readonly found: string;
}

/** Which games servers keep still. */
export interface GameHolds {
  /** Says so in their rows; where several servers hold a game, by the one that does for longest. */
  mark(rows: readonly GameRow[]): readonly GameRow[];
  /** Servers that could not be asked, and may hold others. */
  readonly unasked: readonly { readonly server: string; readonly fault: Fault }[];
}

/** All that screens and verbs read of games; each reads the backend anew. */
export interface GamesPort {
  readonly location: string;
  readonly readsFrom: 'primary' | 'replica';
  /** Pages in no order, one batch in memory at a time; damaged games are rows with problems. */
  list(filter: GameFilter, signal?: AbortSignal): AsyncIterable<readonly GameRow[]>;
  /** undefined where no server can be asked. */
  holds(signal?: AbortSignal): Promise<GameHolds | undefined>;
  /** undefined when there is no such game. */
  show(key: GameKey, signal?: AbortSignal): Promise<GameView | undefined>;
  /** @throws Fault `not-found`, `unsupported` for the legacy layout, `integrity` when nothing can be read */
  edit(id: string, signal?: AbortSignal): Promise<EditableGame>;
  /** Proves every event and snapshot of one game; undefined when there is no such game. */
  verify(key: GameKey, signal?: AbortSignal): Promise<Verification | undefined>;
  /** The same of every game, in batches. */
  verifyAll(signal?: AbortSignal): AsyncIterable<readonly Verification[]>;
}
