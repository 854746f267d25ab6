import type { Action, Check, Step, StepOutcome } from '../action/action.ts';
import type { Draft } from '../action/plan.ts';
import { digestOf } from '../base/digest.ts';
import { asFault, Fault } from '../base/fault.ts';
import { type Proved, replay } from '../engine/replay.ts';
import type { Snapshot } from '../game/record.ts';
import { idText } from '../game/record-words.ts';
import type { AdminClient, Snapped } from '../platform/admin.ts';
import type { Holders } from '../platform/held-games.ts';
import { holdersOf } from './evictions.ts';
import { openGame, type WriteParts } from './game-write.ts';
import type { GameInHand } from './stored-game.ts';

export interface SnapshotParts extends WriteParts {
  /** undefined where no server can be asked. */
  readonly admin: AdminClient | undefined;
  /** Newest snapshots that are kept of a game. */
  readonly snapshotsKept: number;
}

export interface SnapshotDetail {
  readonly id: string;
  /** Of the newest state when the plan was made; the snapshot is of this one, or of a newer one a server holds. */
  readonly revision: number;
  /** The server that takes it; without one it is written into storage. */
  readonly server?: string;
  /** There is one already. */
  readonly isThere: boolean;
}

/** `games snapshot`: by the server that holds the game, since it knows the newest state; else from storage. */
export function createSnapshotAction(parts: SnapshotParts): Action<{ readonly id: string }, SnapshotDetail> {
  return {
    name: 'games snapshot',
    effect: 'target',
    draft: ({ id }, _reading, signal) => draftSnapshot(parts, id, signal),
    async basis(detail, signal) {
      const game = await openGame(parts, detail.id, signal);
      return basisOf(game, holderOf(await holdersOf(parts.admin, [detail.id], signal), detail.id));
    },
    lockKey: ({ id }) => `game ${id}`,
    steps: ({ detail }) => stepsOf(parts, detail),
    verify: async ({ detail }, _progressed, signal) => [await checkSnapshot(parts, detail, signal)],
  };
}

async function draftSnapshot(
  parts: SnapshotParts,
  id: string,
  signal?: AbortSignal,
): Promise<Draft<SnapshotDetail>> {
  const game = await openGame(parts, id, signal);
  const holders = await holdersOf(parts.admin, [id], signal);
  const server = holderOf(holders, id);
  const { proved, snapshot } = replay(game.stored, parts.codec);
  const { revision } = game.stored;
  if (server === undefined && proved?.revision !== revision) throw notProved(id, revision);
  const isThere = server === undefined && snapshot?.revision === revision;
  const detail: SnapshotDetail = { id, revision, isThere, ...(server === undefined ? {} : { server }) };
  const by = server === undefined ? 'from storage' : `by ${server}, which holds the game`;
  const target = `snapshot of game ${idText(id)}`;
  return {
    title: isThere
      ? `Snapshot of game ${idText(id)}: nothing to do, there is one of revision ${revision}`
      : `Take a snapshot of game ${idText(id)} ${by}`,
    place: parts.backend.location,
    changes: [
      isThere
        ? { target, effect: 'unchanged', to: `revision ${revision}` }
        : { target, effect: 'create', to: `revision ${revision}${server === undefined ? '' : ' or later'}` },
    ],
    steps: stepsOf(parts, detail).map(({ name }) => name),
    warnings: [],
    unverified: (holders?.unasked ?? []).map(
      ({ server: unasked, fault }) =>
        `Whether ${unasked} holds the game, with a newer state: ${fault.message}`,
    ),
    basis: basisOf(game, server),
    detail,
  };
}

/** A game that is held goes on being played, and a snapshot of any newer state will do. */
const basisOf = ({ digest }: GameInHand, server: string | undefined): string =>
  server === undefined ? digestOf({ digest }) : digestOf({ server });

/** Of several the one that has come furthest. */
function holderOf(holders: Holders | undefined, id: string): string | undefined {
  const reach = ({ revision, ahead }: { revision: number; ahead: number }) => revision + ahead;
  const by = [...(holders?.of.get(id) ?? [])].sort((a, b) => reach(b.held) - reach(a.held));
  return by[0]?.server;
}

function stepsOf(parts: SnapshotParts, detail: SnapshotDetail): Step[] {
  const { admin } = parts;
  const { server, id, isThere } = detail;
  if (isThere) return [];
  if (server === undefined || !admin) {
    return [{ name: 'Write the snapshot', run: ({ signal }) => putSnapshot(parts, detail, signal) }];
  }
  const name = `Have ${server} take the snapshot`;
  return [{ name, run: async ({ signal }) => outcomeOf(await admin.snapshot(server, id, signal)) }];
}

function outcomeOf(answer: Snapped): StepOutcome {
  switch (answer.kind) {
    case 'stored':
      return { kind: 'done', note: `of revision ${answer.revision}` };
    case 'not-held':
      return { kind: 'failed', fault: notTaken(`${answer.server} no longer holds the game`) };
    case 'refused':
      return { kind: 'failed', fault: notTaken(`${answer.server}: ${answer.why}`) };
    default:
      return answer;
  }
}

const notTaken = (why: string) =>
  new Fault('refused', `No snapshot was taken: ${why}`, { next: 'Make a new plan' });

async function putSnapshot(
  parts: SnapshotParts,
  { id, revision }: SnapshotDetail,
  signal?: AbortSignal,
): Promise<StepOutcome> {
  const { backend, codec, clock, snapshotsKept: keep } = parts;
  const { stored } = await openGame(parts, id, signal);
  const { proved } = replay(stored, codec);
  if (proved?.revision !== revision || stored.revision !== revision) {
    return { kind: 'failed', fault: notTaken('the game has moved since the plan was made') };
  }
  const snapshot = snapshotOf(proved, clock.now());
  try {
    const bytes = codec.encode(snapshot, id);
    const put = await backend.putSnapshot(stored.id, { revision, bytes, keep, dropEventsThrough: 0 }, signal);
    if (put.kind === 'stored') return { kind: 'done', note: `of revision ${revision}` };
    return { kind: 'failed', fault: notTaken(`storage is at revision ${put.actual}`) };
  } catch (thrown) {
    return { kind: 'unknown', fault: asFault(thrown) };
  }
}

const snapshotOf = ({ revision, phase, state, hash }: Proved, atMs: number): Snapshot => ({
  revision,
  atMs,
  trigger: 'manual',
  phase,
  state,
  hash,
});

async function checkSnapshot(
  parts: SnapshotParts,
  { id, revision }: SnapshotDetail,
  signal?: AbortSignal,
): Promise<Check> {
  const name = `snapshot of game ${idText(id)} in storage`;
  const { snapshot } = replay((await openGame(parts, id, signal)).stored, parts.codec);
  if (!snapshot) return { name, kind: 'fail', found: 'there is none that can be read' };
  const kind = snapshot.revision >= revision ? 'pass' : 'fail';
  return { name, kind, found: `revision ${snapshot.revision} is the newest that can be read` };
}

function notProved(id: string, revision: number): Fault {
  return new Fault(
    'integrity',
    `The newest state of game ${idText(id)}, revision ${revision}, is not proved`,
    {
      next: 'Look at gamekeeper games verify, and recover the game first',
    },
  );
}
