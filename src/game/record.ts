import type { Json } from './game.ts';
import type { Phase } from './phases.ts';

/** One operation of RFC 6902 (JSON Patch). */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: Json;
}

/** One transition. `patch` turns the state of revision − 1 into that of `revision`, so any process can replay it. */
export interface GameEvent {
  /** 1 for the event that creates the game; no gaps. */
  readonly revision: number;
  readonly atMs: number;
  /** What happened, in the game's own words; ours are `CATCH_UP`, see `covers`, and `RECOVERED` and `CORRECTED`. */
  readonly type: string;
  readonly from: Phase | null;
  readonly to: Phase;
  readonly actor: string;
  readonly patch: readonly PatchOperation[];
  /** SHA-256 (hex) over the canonical JSON of the state after this event. */
  readonly stateHash: string;
  /** On CATCH_UP: how many transitions were played while persistence was off or failing and are merged here. */
  readonly covers?: number;
  /** Names one write, to tell our own event whose answer was lost from an equal one of somebody else. */
  readonly writeId?: string;
  /** The game's own code failed in this transition; its words. */
  readonly error?: string;
  /** Why somebody changed the game by hand. */
  readonly reason?: string;
}

export const snapshotTriggers = ['interval', 'phase', 'error', 'shutdown', 'manual', 'gap'] as const;
export type SnapshotTrigger = (typeof snapshotTriggers)[number];

/** The full state at one revision. */
export interface Snapshot {
  readonly revision: number;
  readonly atMs: number;
  readonly trigger: SnapshotTrigger;
  readonly phase: Phase;
  readonly state: Json;
  /** SHA-256 (hex) over the canonical JSON of `state`. */
  readonly hash: string;
  /** On one that was written without an event beside it: names that write, as that of an event does. */
  readonly writeId?: string;
}

/** `current` is what our engine writes; `legacy` is what the platform wrote before it. */
export type Layout = 'current' | 'legacy';

export interface RecordKey {
  readonly id: string;
  readonly layout: Layout;
}

/**
 * A value as its backend holds it. Numbers stay text and bytes stay bytes, so nothing is rounded or retyped. A backend
 * that knows bytes only keeps the others as `stored-value.ts` writes them.
 */
export type PartValue = { readonly kind: 'bytes'; readonly bytes: Uint8Array } | TypedValue;

/** What DynamoDB tells apart. Sets and the entries of maps are sorted (bytewise) and hold nothing twice. */
export type TypedValue =
  | { readonly kind: 'text'; readonly text: string }
  /** As the backend wrote it, up to 38 digits. */
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'list'; readonly items: readonly PartValue[] }
  | { readonly kind: 'map'; readonly entries: readonly RecordPart[] }
  | { readonly kind: 'text-set' | 'number-set' | 'bytes-set'; readonly items: readonly Uint8Array[] };

export interface RecordPart {
  /** Name of the field, column or attribute. */
  readonly name: Uint8Array;
  readonly value: PartValue;
}

/**
 * One game as archives and restores carry it, the same from every backend: identity across backends means
 * identity of this record. Parts are sorted by name (bytewise); names are unique.
 */
export interface GameRecord extends RecordKey {
  /** undefined in the legacy layout, which counts nothing. */
  readonly revision?: number;
  /** Absolute time of deletion, milliseconds since the epoch. */
  readonly expiresAtMs?: number;
  readonly parts: readonly RecordPart[];
}
