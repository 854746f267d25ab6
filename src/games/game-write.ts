/** Puts a state on top of a stored game, and proves afterwards that it is there. */
import type { Check, StepOutcome } from '../action/action.ts';
import { eventField, snapshotField } from '../backend/current-layout.ts';
import type { Append, Backend, PrimaryBackend, StoredGame } from '../backend/port.ts';
import { readOne } from '../backend/record-reads.ts';
import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import type { Codec } from '../engine/codec.ts';
import { replay } from '../engine/replay.ts';
import { rewriteAppend } from '../engine/rewrite.ts';
import type { Json } from '../game/game.ts';
import type { Phase } from '../game/phases.ts';
import type { GameRecord, RecordPart } from '../game/record.ts';
import { sortedParts } from '../game/record-codec.ts';
import { idText } from '../game/record-words.ts';
import { howToHold } from './hold-words.ts';
import { type GameInHand, takeInHand } from './stored-game.ts';

export interface WriteParts {
  readonly backend: PrimaryBackend;
  readonly codec: Codec;
  readonly clock: Clock;
}

/** Plain data for a plan: one event that is to come on top of exactly the stored game that the plan saw. */
export interface PlannedWrite {
  readonly id: string;
  readonly type: 'RECOVERED' | 'CORRECTED';
  /** Digest of the stored record. */
  readonly found: string;
  /** Of the new event. */
  readonly revision: number;
  readonly phase: Phase;
  /** Of the new state. */
  readonly hash: string;
  readonly actor: string;
  readonly reason: string;
  /** Tells our event from any other. */
  readonly writeId: string;
}

/** @throws Fault `not-found`, `unsupported` for the legacy layout, `integrity` when nothing can be read */
export async function openGame(
  { backend, codec }: WriteParts,
  id: string,
  signal?: AbortSignal,
): Promise<GameInHand> {
  const read = await readOne(backend, { id, layout: 'current' }, signal);
  if (read.kind === 'record') return takeInHand(read.record, codec);
  if (read.kind === 'unreadable') throw read.fault;
  throw await whyAbsent(backend, id, signal);
}

/** Why there is no game of ours under this id. */
export async function whyAbsent(backend: Backend, id: string, signal?: AbortSignal): Promise<Fault> {
  const legacy = await readOne(backend, { id, layout: 'legacy' }, signal);
  if (legacy.kind === 'absent') {
    return new Fault('not-found', `There is no game ${idText(id)} in ${backend.location}`, {
      next: 'Copy the id from gamekeeper games list',
    });
  }
  return new Fault(
    'unsupported',
    `Game ${idText(id)} is in the legacy layout, which nothing can be rebuilt from`,
    {
      next: 'Migrate it first: gamekeeper games migrate; or restore it from a backup',
    },
  );
}

/** @param stateOf may throw: nothing is written then */
export async function writeState(
  parts: WriteParts,
  planned: PlannedWrite,
  stateOf: (game: GameInHand) => Json,
  signal?: AbortSignal,
): Promise<StepOutcome> {
  const prepared = await prepare(parts, planned, stateOf, signal).catch((thrown) => asFault(thrown));
  if (prepared instanceof Fault) return { kind: 'failed', fault: prepared };
  try {
    const isWritten = await put(parts.backend, prepared.game, prepared.append, signal);
    return isWritten ? written(planned) : { kind: 'failed', fault: moved(planned) };
  } catch (thrown) {
    return settle(parts, planned, asFault(thrown));
  }
}

async function prepare(
  parts: WriteParts,
  planned: PlannedWrite,
  stateOf: (game: GameInHand) => Json,
  signal?: AbortSignal,
): Promise<{ readonly game: GameInHand; readonly append: Append }> {
  const game = await openGame(parts, planned.id, signal);
  if (game.digest !== planned.found) throw moved(planned);
  const rewrite = { ...planned, state: stateOf(game), atMs: parts.clock.now() };
  return { game, append: rewriteAppend(game.stored, rewrite, parts.codec) };
}

async function put(
  backend: Backend,
  game: GameInHand,
  append: Append,
  signal?: AbortSignal,
): Promise<boolean> {
  const { stored, record, digest, headProblems } = game;
  if (headProblems.length === 0)
    return (await backend.append(stored.id, append, signal)).kind === 'committed';
  // An append goes by the head: one that is damaged is written anew, with the record around it.
  const replaced = await backend.replaceRecord(appended(record, stored, append), digest, signal);
  return replaced.kind === 'written';
}

/** The record as the append would leave it behind, were its head whole. */
function appended(record: GameRecord, { revision, createdAtMs }: StoredGame, append: Append): GameRecord {
  const { event, snapshot, phase, atMs, expiresAtMs } = append;
  const next = revision + 1;
  const written = new Map<string, Uint8Array>([
    ['rev', Buffer.from(String(next))],
    ['phase', Buffer.from(phase)],
    ['created', Buffer.from(String(createdAtMs))],
    ['updated', Buffer.from(String(atMs))],
    ...(event ? [[eventField(next), event] as const] : []),
    ...(snapshot ? [[snapshotField(next), snapshot.bytes] as const] : []),
  ]);
  const kept = record.parts.filter(({ name }) => !written.has(Buffer.from(name).toString('latin1')));
  const added = [...written].map(
    ([name, bytes]): RecordPart => ({ name: Buffer.from(name), value: { kind: 'bytes', bytes } }),
  );
  return {
    id: record.id,
    layout: record.layout,
    revision: next,
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    parts: sortedParts([...kept, ...added]),
  };
}

/** A write whose answer was lost is settled by what is stored now. */
async function settle(parts: WriteParts, planned: PlannedWrite, fault: Fault): Promise<StepOutcome> {
  const found = await findWritten(parts, planned).catch(() => 'unknown' as const);
  if (found === 'unknown') return { kind: 'unknown', fault };
  if (found.kind === 'written') return written(planned);
  // Not there yet may still be under way, unless the backend refused it.
  const isUnderWay = fault.retryable || fault.code === 'interrupted';
  return { kind: isUnderWay ? 'unknown' : 'failed', fault };
}

const written = ({ revision }: PlannedWrite): StepOutcome => ({
  kind: 'done',
  note: `revision ${revision} written`,
});

function moved({ id }: PlannedWrite): Fault {
  return new Fault('conflict', `Game ${idText(id)} has moved since the plan was made; it was left alone`, {
    next: `Make a new plan and look at its preview. ${howToHold(id)}`,
  });
}

type Written =
  | { readonly kind: 'written'; readonly newestRevision: number; readonly isProved: boolean }
  | { readonly kind: 'not-written'; readonly newestRevision: number };

async function findWritten(
  parts: WriteParts,
  { id, revision, writeId, hash }: PlannedWrite,
  signal?: AbortSignal,
): Promise<Written> {
  const { stored } = await openGame(parts, id, signal);
  const newestRevision = stored.revision;
  const bytes = stored.events.find((event) => event.revision === revision)?.bytes;
  if (!bytes || parts.codec.decodeEvent(bytes, id).writeId !== writeId) {
    return { kind: 'not-written', newestRevision };
  }
  const { proved } = replay({ ...stored, revision }, parts.codec);
  const isProved = proved?.revision === revision && proved.hash === hash;
  return { kind: 'written', newestRevision, isProved };
}

/** Reads the game back. */
export async function checkWritten(
  parts: WriteParts,
  planned: PlannedWrite,
  signal?: AbortSignal,
): Promise<Check> {
  const name = `game ${idText(planned.id)} in storage`;
  const found = await findWritten(parts, planned, signal);
  const { revision } = planned;
  if (found.kind === 'not-written') {
    return { name, kind: 'fail', found: `revision ${revision} is not the planned one` };
  }
  if (!found.isProved) return { name, kind: 'fail', found: `revision ${revision} does not prove its state` };
  const on = found.newestRevision > revision ? `; played on since, to revision ${found.newestRevision}` : '';
  return { name, kind: 'pass', found: `revision ${revision} has the planned state, its hash proved${on}` };
}
