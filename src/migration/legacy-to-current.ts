/**
 * How a game of the legacy layout becomes one of the current layout:
 *
 *   e:1, s:1          one event MIGRATED and one snapshot, both with the whole state
 *   created, updated  the time of its last change, or that of the migration where it had none
 *   legacy:<field>    every field of the legacy game as it was, bytes and types, known or not
 *
 * The last line makes it lossless: the legacy game can be put together again from the current one, which is how a
 * migration that broke off is recognised, and how one is verified.
 */
import { eventField, snapshotField } from '../backend/current-layout.ts';
import { digestOf } from '../base/digest.ts';
import { asFault } from '../base/fault.ts';
import type { Identity } from '../base/identity.ts';
import type { Codec } from '../engine/codec.ts';
import { wholePatch } from '../engine/patch.ts';
import type { Json } from '../game/game.ts';
import { readLegacy } from '../game/legacy.ts';
import { isPhase, type Phase } from '../game/phases.ts';
import type { GameEvent, GameRecord, RecordPart, Snapshot } from '../game/record.ts';
import { recordDigest, sortedParts } from '../game/record-codec.ts';
import { stateProblems } from '../game/validity.ts';

/** What is new in the current game. */
export interface Migration {
  readonly atMs: number;
  readonly actor: string;
  readonly writeId: string;
}

export const migrationBy = ({ user, host }: Identity, atMs: number, writeId: string): Migration => ({
  atMs,
  actor: `${user}@${host}`,
  writeId,
});

export type Understood =
  | {
      readonly kind: 'game';
      readonly phase: Phase;
      readonly state: Json;
      readonly updatedAtMs: number | undefined;
      /** What is odd about it and does not stand in the way. */
      readonly oddities: readonly string[];
    }
  | { readonly kind: 'refused'; readonly why: string };

/** Refuses whatever would not be taken over exactly. */
export function understand(legacy: GameRecord): Understood {
  const { phase, state, updatedAtMs, problems, retold } = readLegacy(legacy);
  const lossy = [...problems, ...retold].find(
    (problem) => problem.startsWith('phase:') || problem.startsWith('state:'),
  );
  if (lossy) return { kind: 'refused', why: lossy };
  if (phase === undefined || !isPhase(phase)) return { kind: 'refused', why: 'phase: is no phase' };
  if (state === undefined) return { kind: 'refused', why: 'state: is missing' };
  const invalid = stateProblems(state, phase).map(({ message }) => `state: ${message}`);
  const oddities = [...problems, ...invalid];
  return { kind: 'game', phase, state, updatedAtMs, oddities };
}

export type Converted =
  | { readonly kind: 'current'; readonly record: GameRecord }
  | { readonly kind: 'refused'; readonly why: string };

export function toCurrent(legacy: GameRecord, codec: Codec, migration: Migration): Converted {
  const game = understand(legacy);
  if (game.kind === 'refused') return game;
  const { id, expiresAtMs } = legacy;
  const { phase, state, updatedAtMs = migration.atMs } = game;
  try {
    const own: Record<string, Uint8Array> = {
      rev: Buffer.from('1'),
      phase: Buffer.from(phase),
      created: Buffer.from(String(updatedAtMs)),
      updated: Buffer.from(String(updatedAtMs)),
      [eventField(1)]: codec.encode(eventOf(phase, state, migration), id),
      [snapshotField(1)]: codec.encode(snapshotOf(phase, state, migration), id),
    };
    const fields = Object.entries(own).map(
      ([name, bytes]): RecordPart => ({ name: Buffer.from(name), value: { kind: 'bytes', bytes } }),
    );
    const parts = sortedParts([...fields, ...legacy.parts.map(carried)]);
    const expiry = expiresAtMs === undefined ? {} : { expiresAtMs };
    return { kind: 'current', record: { id, layout: 'current', revision: 1, ...expiry, parts } };
  } catch (thrown) {
    return { kind: 'refused', why: asFault(thrown).message };
  }
}

const prefix = Buffer.from('legacy:');

const carried = ({ name, value }: RecordPart): RecordPart => ({ name: Buffer.concat([prefix, name]), value });

/** Whether the legacy game is in the current one, field by field; played on or not. */
export function carries(current: GameRecord, legacyDigest: string): boolean {
  return fieldsDigest(legacyIn(current)) === legacyDigest;
}

/** Names a legacy game by all that a current one carries of it: its time of deletion may change as it is played. */
export function fieldsDigest({ id, parts }: Pick<GameRecord, 'id' | 'parts'>): string {
  return recordDigest({ id, layout: 'legacy', parts });
}

function legacyIn({ id, parts }: GameRecord): Pick<GameRecord, 'id' | 'parts'> {
  const own = parts.filter(({ name }) => Buffer.compare(name.subarray(0, prefix.length), prefix) === 0);
  return { id, parts: own.map(({ name, value }) => ({ name: name.subarray(prefix.length), value })) };
}

function eventOf(phase: Phase, state: Json, { atMs, actor, writeId }: Migration): GameEvent {
  return {
    revision: 1,
    atMs,
    type: 'MIGRATED',
    from: null,
    to: phase,
    actor,
    patch: wholePatch(state, true),
    stateHash: digestOf(state),
    writeId,
    reason: 'migrated from the legacy layout',
  };
}

function snapshotOf(phase: Phase, state: Json, { atMs }: Migration): Snapshot {
  return { revision: 1, atMs, trigger: 'manual', phase, state, hash: digestOf(state) };
}
