import type { Reading } from '../action/action.ts';
import type { PastRuns } from '../action/past-runs.ts';
import type { Draft } from '../action/plan.ts';
import type { PrimaryBackend } from '../backend/port.ts';
import { readInBatches } from '../backend/record-reads.ts';
import { Fault } from '../base/fault.ts';
import type { RandomHex } from '../base/ids.ts';
import { gamesText, namesOf } from '../game/record-words.ts';
import type { AdminClient } from '../platform/admin.ts';
import { findHolders, type Holders } from '../platform/held-games.ts';
import { defaultArchiveName } from './archive-names.ts';
import type { ArchivingParts } from './archiving.ts';
import { createdBeside } from './both-layouts.ts';
import { basisOf } from './restore-basis.ts';
import {
  type ArchivedGame,
  type Decision,
  decide,
  type HeldBy,
  isLost,
  isRemoved,
  isTouched,
  isWritten,
  type PlannedGame,
  type RestorePolicy,
} from './restore-decision.ts';
import {
  createEstimate,
  type EstimateTally,
  estimateLines,
  type RestoreEstimate,
} from './restore-estimate.ts';
import { planHeld } from './restore-held.ts';
import { findRestore } from './restore-past.ts';
import { scopeOfResume } from './restore-resume.ts';
import { lookForRoom } from './restore-room.ts';
import { choose, type Ground, readWholeArchive, type Scope } from './restore-scope.ts';
import { scopeOfUndo } from './restore-undo.ts';
import { originWarnings, safetyChanges, secondaryUnverified, titleOf, warningsOf } from './restore-words.ts';
import { type Exclusion, exclusionUnverified, planExclusion } from './target-lock.ts';

/** Where games are put. */
export interface RestoreTarget {
  readonly backend: PrimaryBackend;
  /** undefined where the game servers cannot be asked what they hold, or play from elsewhere. */
  readonly admin: AdminClient | undefined;
  /** Whether the game servers that are configured play from there. */
  readonly isPlayed: boolean;
}

export interface RestoreParts extends Omit<ArchivingParts, 'backend'> {
  /** @param to another backend, key prefix or table than the one that is configured, see `RestoreInput` */
  target(to: string | undefined): Promise<RestoreTarget>;
  readonly random: RandomHex;
  /** Restores of before, to undo them and to go on with them. */
  readonly past: PastRuns;
}

interface FromArchive {
  /** Name in the backup location, or a path. */
  readonly archive: string;
  readonly onExisting: RestorePolicy;
  /** Ids; all games when left out. */
  readonly only?: readonly string[] | undefined;
  /** `redis`, `redis/PREFIX`, `dynamodb`, `dynamodb/TABLE` or `embedded/FOLDER`; where games are played when left out. */
  readonly to?: string | undefined;
  readonly undo?: undefined;
  /** Goes on with the newest restore of this archive to this place, by its policy and with its games. */
  readonly resume?: boolean | undefined;
}

export interface UndoInput {
  /** The id of the restore's run. */
  readonly undo: string;
  /** Of games that are no longer as that run left them. */
  readonly onExisting: RestorePolicy;
  readonly only?: readonly string[] | undefined;
}

export type RestoreInput = FromArchive | UndoInput;

export interface ArchiveUsed {
  readonly path: string;
  readonly name: string;
  readonly rootHash: string;
  readonly rawBytes: number;
}

export interface RestoreDetail extends Exclusion {
  /** What is read; undefined when games are only removed. */
  readonly archive?: ArchiveUsed;
  readonly target: string;
  /** As in the input. */
  readonly to?: string;
  readonly onExisting: RestorePolicy;
  readonly games: readonly PlannedGame[];
  /** Keeps what is overwritten or removed; undefined when nothing is. */
  readonly safety?: { readonly name: string; readonly archiveId: string };
  /** Servers are asked to let go of the games first. */
  readonly letsGo: boolean;
  /** Ids of games of which they may drop what storage never took. */
  readonly discards: readonly string[];
  /** The run that is undone. */
  readonly undoes?: string;
  /** The run that is gone on with. */
  readonly resumes?: string;
  readonly estimate: RestoreEstimate;
}

export const restoreSteps = {
  verify: 'Verify the archive',
  letGo: 'Have the servers let go of the games',
  keep: 'Keep the games that will be overwritten',
  keepRemoved: 'Keep the games that will be overwritten or removed',
  write: 'Write the games',
  remove: 'Remove the games',
};

export async function draftRestore(
  parts: RestoreParts,
  input: RestoreInput,
  reading: Reading = () => {},
  signal?: AbortSignal,
): Promise<Draft<RestoreDetail>> {
  const { to, scopeOn } = await asked(parts, input);
  const target = await parts.target(to);
  const { backend, admin } = target;
  const ground = { parts, target, refusals: await backend.refusals(signal), reading };
  const startedAtMs = parts.clock.now();
  const scope = await scopeOn(ground, signal);
  const readAtMs = parts.clock.now();
  const current = scope.games.filter(({ layout }) => layout === 'current').map(({ id }) => id);
  const holders = admin && (await findHolders(admin, current, signal));
  const estimating = createEstimate(ground.refusals);
  const comparing = parts.clock.now();
  const decisions = await compare(ground, scope, holders, estimating, signal);
  const took = { readMs: readAtMs - startedAtMs, compareMs: parts.clock.now() - comparing };
  const estimate = estimating.total(took);
  refuseConflicts(decisions);

  const games = decisions.map(({ game }) => game);
  const { archive, onExisting, undoes, resumes } = scope;
  const { discards, warnings, unverified } = planHeld(games, holders, onExisting, target);
  const detail: RestoreDetail = {
    ...(archive ? { archive } : {}),
    target: backend.location,
    ...(to === undefined ? {} : { to }),
    onExisting,
    games,
    letsGo: admin !== undefined && games.some(isTouched),
    discards,
    ...(games.some(isLost) ? { safety: await nameSafety(parts) } : {}),
    ...(undoes === undefined ? {} : { undoes }),
    ...(resumes === undefined ? {} : { resumes }),
    estimate,
    ...(await planExclusion(backend, signal)),
  };
  const room = await lookForRoom(parts, detail, signal);
  return {
    title: titleOf(detail),
    place: backend.location,
    changes: [...safetyChanges(detail), ...decisions.map(({ change }) => change)],
    steps: stepNames(detail),
    warnings: [
      ...originWarnings(scope.header, parts.environment),
      ...scope.warnings,
      ...warningsOf(decisions, await createdBeside(backend, games, signal)),
      ...warnings,
      ...room.warnings,
    ],
    estimates: estimateLines(estimate),
    unverified: [
      ...unverified,
      ...room.unverified,
      ...secondaryUnverified(ground.refusals),
      ...exclusionUnverified(detail),
    ],
    basis: basisOf(
      detail,
      games.map(({ found }) => found),
    ),
    detail,
  };
}

/** The names of the steps, in their order. */
export function stepNames({ archive, safety, letsGo, games }: RestoreDetail): string[] {
  const { verify, letGo, keep, keepRemoved, write, remove } = restoreSteps;
  const removes = games.some(isRemoved);
  return [
    ...(archive ? [verify] : []),
    ...(letsGo ? [letGo] : []),
    ...(safety ? [removes ? keepRemoved : keep] : []),
    ...(games.some(isWritten) || (archive && !removes) ? [write] : []),
    ...(removes ? [remove] : []),
  ];
}

interface Asked {
  readonly to: string | undefined;
  scopeOn(ground: Ground, signal?: AbortSignal): Promise<Scope>;
}

/** What is undone is undone where it was done. */
async function asked(parts: RestoreParts, input: RestoreInput): Promise<Asked> {
  if (input.undo === undefined) {
    return { to: input.to, scopeOn: (ground, signal) => scopeOfArchive(ground, input, signal) };
  }
  const past = await findRestore(parts.past, input.undo);
  return { to: past.detail.to, scopeOn: (ground, signal) => scopeOfUndo(ground, past, input, signal) };
}

async function scopeOfArchive(
  ground: Ground,
  { archive: name, onExisting, only, resume }: FromArchive,
  signal?: AbortSignal,
): Promise<Scope> {
  if (resume) return scopeOfResume(ground, name, signal);
  const ref = await ground.parts.store.resolve(name);
  const { games, archive, header } = await readWholeArchive(ground, ref, signal);
  return { games: choose(games, only, 'archive'), archive, header, onExisting, warnings: [] };
}

async function compare(
  { target: { backend }, reading }: Ground,
  { games, onExisting }: Pick<Scope, 'games' | 'onExisting'>,
  holders: Holders | undefined,
  estimating: EstimateTally,
  signal?: AbortSignal,
): Promise<Decision[]> {
  const decisions: Decision[] = [];
  for await (const batch of readInBatches<ArchivedGame>(backend, [games], signal)) {
    for (const { key: game, read } of batch) {
      const held = game.layout === 'current' ? heldBy(holders, game.id) : undefined;
      const decision = decide(game, read, onExisting, held);
      estimating.add(decision.game, game, read);
      decisions.push(decision);
    }
    reading('Comparing', decisions.length, games.length, 'games');
  }
  return decisions;
}

function heldBy(holders: Holders | undefined, id: string): HeldBy | undefined {
  const holding = holders?.of.get(id);
  if (!holding?.[0]) return undefined;
  return { server: holding[0].server, isOver: holding.every(({ held }) => held.phase === 'GAME_OVER') };
}

function refuseConflicts(decisions: readonly Decision[]): void {
  const conflicts = decisions.filter((decision) => decision.conflicts);
  if (conflicts.length === 0) return;
  const names = namesOf(conflicts.map(({ change }) => change.target));
  const exist = conflicts.length === 1 ? 'exists and differs' : 'exist and differ';
  throw new Fault('conflict', `${gamesText(conflicts.length)} ${exist} from the archive: ${names}`, {
    next: 'Say what happens to existing games with --on-existing skip, newer or overwrite',
  });
}

async function nameSafety({ store, environment, clock, random }: RestoreParts) {
  const name = `${defaultArchiveName(environment, clock.now())}-before-restore`;
  return { name: await store.freeName(name), archiveId: random(16) };
}
