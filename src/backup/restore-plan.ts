import type { Change, Draft } from '../action/plan.ts';
import type { Backend, PrimaryBackend, Refusals } from '../backend/port.ts';
import { foundIn, readInBatches } from '../backend/record-reads.ts';
import { digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import type { RandomHex } from '../base/ids.ts';
import type { RecordKey } from '../game/record.ts';
import { gamesText, keyText, namesOf } from '../game/record-words.ts';
import type { AdminClient } from '../platform/admin.ts';
import { findHolders, type Holders } from '../platform/held-games.ts';
import { type ArchiveRef, defaultArchiveName } from './archive-names.ts';
import { summarise } from './archived-game.ts';
import type { ArchivingParts } from './archiving.ts';
import type { ArchiveHeader } from './format.ts';
import type { ArchivedRecord } from './reader.ts';
import {
  type ArchivedGame,
  type Decision,
  decide,
  type HeldBy,
  isLeftAlone,
  isWritten,
  type PlannedGame,
  type RestorePolicy,
} from './restore-decision.ts';
import { planHeld } from './restore-held.ts';
import { checkStored } from './validate.ts';

export interface RestoreParts extends ArchivingParts {
  readonly backend: PrimaryBackend;
  readonly random: RandomHex;
  /** undefined where the game servers cannot be asked what they hold. */
  readonly admin: AdminClient | undefined;
}

export interface RestoreInput {
  /** Name in the backup location, or a path. */
  readonly archive: string;
  readonly onExisting: RestorePolicy;
  /** Ids; all games when left out. */
  readonly only?: readonly string[] | undefined;
}

export interface RestoreDetail {
  readonly archivePath: string;
  readonly archiveName: string;
  readonly rootHash: string;
  readonly target: string;
  readonly onExisting: RestorePolicy;
  readonly games: readonly PlannedGame[];
  /** Keeps what is overwritten; undefined when nothing is. */
  readonly safety?: { readonly name: string; readonly archiveId: string };
  /** Servers are asked to let go of the games first. */
  readonly letsGo: boolean;
  /** Ids of games of which they may drop what storage never took. */
  readonly discards: readonly string[];
}

export const restoreSteps = {
  verify: 'Verify the archive',
  letGo: 'Have the servers let go of the games',
  keep: 'Keep the games that will be overwritten',
  write: 'Write the games',
};

export async function draftRestore(
  parts: RestoreParts,
  input: RestoreInput,
  signal?: AbortSignal,
): Promise<Draft<RestoreDetail>> {
  const { backend, store } = parts;
  const ref = await store.resolve(input.archive);
  const refusals = await backend.refusals(signal);
  const { games: archived, rootHash, header } = await readWholeArchive(parts, ref, refusals, signal);
  const chosen = choose(archived, input.only);
  const current = chosen.filter(({ layout }) => layout === 'current').map(({ id }) => id);
  const holders = parts.admin && (await findHolders(parts.admin, current, signal));
  const decisions = await compare(backend, chosen, input.onExisting, holders, signal);
  refuseConflicts(decisions);

  const games = decisions.map(({ game }) => game);
  const overwrites = games.some(({ does }) => does === 'update');
  const safety = overwrites ? { safety: await nameSafety(parts) } : {};
  const { discards, warnings, unverified } = planHeld(games, holders, input.onExisting);
  const detail: RestoreDetail = {
    archivePath: ref.path,
    archiveName: ref.name,
    rootHash,
    target: backend.location,
    onExisting: input.onExisting,
    games,
    letsGo: parts.admin !== undefined && games.some(isWritten),
    discards,
    ...safety,
  };
  return {
    title: titleOf(detail),
    place: backend.location,
    changes: [...safetyChanges(detail), ...decisions.map(({ change }) => change)],
    steps: stepsOf(detail),
    warnings: [
      ...originWarnings(header, parts.environment),
      ...warningsOf(decisions, await doubles(backend, games, signal)),
      ...warnings,
    ],
    unverified: [...unverified, ...secondaryUnverified(refusals)],
    basis: basisOf(
      detail,
      games.map(({ found }) => found),
    ),
    detail,
  };
}

type BasisParts = Pick<RestoreDetail, 'target' | 'rootHash' | 'onExisting' | 'games'>;

/**
 * What a restore plan depends on: the target, the archive, and of each game what decided over it. A game that is
 * left alone may go on being played, and so may one that a server has yet to let go of; that it exists is what counts.
 */
export function basisOf(
  { target, rootHash, onExisting, games }: BasisParts,
  found: readonly string[],
): string {
  const states = games.map((game, index) => {
    const state = found[index] ?? 'absent';
    const mayMove = isLeftAlone(game, onExisting) || game.held;
    return mayMove && state !== 'absent' ? 'present' : state;
  });
  return digestOf({ target, rootHash, onExisting, states, keys: games.map(keyText) });
}

/** What is in the target now, in the order of the games. */
export async function readFound(
  backend: Backend,
  games: readonly PlannedGame[],
  signal?: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of readInBatches(backend, [games], signal)) {
    found.push(...batch.map(({ read }) => foundIn(read)));
  }
  return found;
}

async function readWholeArchive(
  parts: RestoreParts,
  ref: ArchiveRef,
  refusals: Refusals,
  signal?: AbortSignal,
) {
  const games: ArchivedGame[] = [];
  const { backend, clock } = parts;
  const target = { backend, refusals, nowMs: clock.now() };
  const onRecord = (archived: ArchivedRecord) => games.push(summarise(archived, target));
  const { validation, archive } = await checkStored(parts.store, ref, { onRecord }, signal);
  if (validation.ok && archive) {
    return { games, rootHash: archive.rootHash.toString('hex'), header: archive.header };
  }
  throw new Fault('integrity', `Archive ${ref.name} is not whole: ${namesOf(validation.problems)}`, {
    next: 'Restore from another archive: gamekeeper backup list shows which are validated',
  });
}

function choose(archived: readonly ArchivedGame[], only: readonly string[] | undefined) {
  if (!only) return archived;
  const wanted = new Set(only);
  const chosen = archived.filter(({ id }) => wanted.has(id));
  const present = new Set(chosen.map(({ id }) => id));
  const missing = [...wanted].filter((id) => !present.has(id));
  if (missing.length === 0) return chosen;
  throw new Fault('not-found', `Not in the archive: ${namesOf(missing)}`, {
    next: 'Check the ids, or look into an older archive',
  });
}

async function compare(
  backend: Backend,
  archived: readonly ArchivedGame[],
  policy: RestorePolicy,
  holders: Holders | undefined,
  signal?: AbortSignal,
): Promise<Decision[]> {
  const decisions: Decision[] = [];
  for await (const batch of readInBatches(backend, [archived], signal)) {
    for (const { key: game, read } of batch) {
      const held = game.layout === 'current' ? heldBy(holders, game.id) : undefined;
      decisions.push(decide(game, read, policy, held));
    }
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

/** Games that would be created beside one of the same id in the other layout. */
async function doubles(
  backend: Backend,
  games: readonly PlannedGame[],
  signal?: AbortSignal,
): Promise<string[]> {
  const others = games
    .filter(({ does }) => does === 'create')
    .map(({ id, layout }): RecordKey => ({ id, layout: layout === 'legacy' ? 'current' : 'legacy' }));
  const created = new Set(games.filter(isWritten).map(keyText));
  const found: string[] = [];
  for await (const batch of readInBatches(backend, [others], signal)) {
    const both = batch.filter(({ key, read }) => read.kind !== 'absent' || created.has(keyText(key)));
    found.push(...both.map(({ key }) => key.id));
  }
  return [...new Set(found)];
}

function titleOf({ archiveName, target, games }: RestoreDetail): string {
  const count = (does: PlannedGame['does']) => games.filter((game) => game.does === does).length;
  const counts = `${count('create')} to create, ${count('update')} to overwrite, ${count('unchanged')} unchanged, ${count('skip')} to skip`;
  return `Restore ${archiveName} to ${target}: ${counts}`;
}

function safetyChanges({ safety }: RestoreDetail): Change[] {
  if (!safety) return [];
  return [
    { target: `archive ${safety.name}`, effect: 'create', why: 'keeps the games that are overwritten' },
  ];
}

function stepsOf({ safety, letsGo }: RestoreDetail): string[] {
  const { verify, letGo, keep, write } = restoreSteps;
  return [verify, ...(letsGo ? [letGo] : []), ...(safety ? [keep] : []), write];
}

function secondaryUnverified({ unknown }: Refusals): string[] {
  return unknown ? [`Whether the secondary takes these games: ${unknown.message}`] : [];
}

function originWarnings({ environment, source }: ArchiveHeader, here: string): string[] {
  if (environment === here) return [];
  return [`The archive is of ${environment} (${source}); this is ${here}`];
}

function warningsOf(decisions: readonly Decision[], inBothLayouts: readonly string[]): string[] {
  const lowered = decisions.filter(({ lowers }) => lowers).map(({ change }) => change.target);
  const skipped = decisions.filter(({ game }) => game.does === 'skip').map(({ change }) => change.target);
  const behind = decisions.filter(({ onPrimaryOnly }) => onPrimaryOnly).map(({ change }) => change.target);
  return [
    decisions.length === 0 ? 'There is no game to restore' : '',
    lowered.length > 0 ? `Goes back to an older revision: ${namesOf(lowered)}` : '',
    skipped.length > 0 ? `Not restored: ${namesOf(skipped)}` : '',
    behind.length > 0
      ? `Restored on the primary only, for the secondary refuses them: ${namesOf(behind)}`
      : '',
    inBothLayouts.length > 0 ? `Will exist in both layouts: ${namesOf(inBothLayouts)}` : '',
  ].filter(Boolean);
}
