import type { Reading } from '../action/action.ts';
import type { Change, Draft } from '../action/plan.ts';
import type { PrimaryBackend } from '../backend/port.ts';
import { digestOf } from '../base/digest.ts';
import type { RandomHex } from '../base/ids.ts';
import { formatBytes, formatDuration } from '../base/units.ts';
import { gameLabel, gamesText, keyText, namesOf } from '../game/record-words.ts';
import { archiveRef, defaultArchiveName } from './archive-names.ts';
import { type ArchivableGame, findArchived } from './archived-proof.ts';
import type { ArchivingParts } from './archiving.ts';
import { type FinishedGame, type FinishedGames, findFinished } from './finished-games.ts';
import { type Exclusion, exclusionUnverified, planExclusion } from './target-lock.ts';

export interface RetireParts extends ArchivingParts {
  readonly backend: PrimaryBackend;
  readonly random: RandomHex;
}

export interface RetireInput {
  /** Finished games whose last change is longer ago are retired. */
  readonly olderThanMs: number;
}

export interface RetiredGame extends ArchivableGame {
  /** The archive that has, or will have, exactly this record. */
  readonly archive: string;
}

export interface RetireDetail extends Exclusion {
  readonly target: string;
  readonly location: string;
  readonly games: readonly RetiredGame[];
  /** Made for the games that an archive of retired games does not have yet; undefined when all are in one. */
  readonly fresh?: { readonly name: string; readonly archiveId: string };
}

export const retireSteps = {
  write: 'Archive the finished games',
  prove: 'Read the archives back',
  remove: 'Remove the games from storage',
};

export async function draftRetire(
  parts: RetireParts,
  { olderThanMs }: RetireInput,
  reading: Reading = () => {},
  signal?: AbortSignal,
): Promise<Draft<RetireDetail>> {
  const { backend, store, environment, clock, random } = parts;
  const finished = await findFinished(backend, clock.now() - olderThanMs, reading, signal);
  const { due } = finished;
  const oldestMs = due.reduce((oldest, { endedAtMs }) => Math.min(oldest, endedAtMs), clock.now());
  const archived = await findArchived(store, environment, due, oldestMs, signal);
  const needsArchive = archived.size < due.length;
  const name = await store.freeName(`${defaultArchiveName(environment, clock.now())}-retired`);
  const fresh = needsArchive ? { fresh: { name, archiveId: random(16) } } : {};
  const games = due.map(({ id, layout, digest }): RetiredGame => {
    const archive = archived.get(keyText({ id, layout })) ?? name;
    return { id, layout, digest, archive };
  });
  const detail: RetireDetail = {
    ...{ target: backend.location, location: store.location, games, ...fresh },
    ...(await planExclusion(backend, signal)),
  };
  return {
    title: titleOf(detail, due, olderThanMs),
    place: backend.location,
    changes: changesOf(detail, due),
    steps: stepNames(detail),
    warnings: warningsOf(finished),
    unverified: [
      'Whether a game server holds any of these games in memory: finished ones are not written again',
      ...exclusionUnverified(detail),
    ],
    basis: await basisOf(parts, detail),
    detail,
  };
}

const stepNames = ({ fresh }: RetireDetail): string[] =>
  fresh ? Object.values(retireSteps) : [retireSteps.prove, retireSteps.remove];

/** Each game is compared as it is removed, so one that moved makes nothing stale; the archives do. */
export async function basisOf({ backend, store }: RetireParts, detail: RetireDetail): Promise<string> {
  const { fresh } = detail;
  const existing = archivesOf(detail).filter((name) => name !== fresh?.name);
  const rows = await Promise.all(existing.map((name) => store.row(archiveRef(store.location, name))));
  return digestOf({
    target: backend.location,
    location: store.location,
    verified: rows.map(({ name, verifiedAtMs }) => [name, verifiedAtMs !== undefined]),
    isFree: fresh ? (await store.freeName(fresh.name)) === fresh.name : true,
  });
}

/** Their names, each once. */
export function archivesOf({ games }: Pick<RetireDetail, 'games'>): string[] {
  return [...new Set(games.map(({ archive }) => archive))];
}

function titleOf({ games, fresh, target }: RetireDetail, due: readonly FinishedGame[], olderThanMs: number) {
  const sizeBytes = due.reduce((sum, game) => sum + game.sizeBytes, 0);
  const count = games.filter(({ archive }) => archive === fresh?.name).length;
  const how = fresh ? `, ${count} of them archived first, in ${fresh.name}` : '';
  return `Retire ${gamesText(games.length)} (${formatBytes(sizeBytes)}) that ended more than ${formatDuration(olderThanMs)} ago from ${target}${how}`;
}

function changesOf({ games, fresh }: RetireDetail, due: readonly FinishedGame[]): Change[] {
  const archive: Change[] = fresh
    ? [{ target: `archive ${fresh.name}`, effect: 'create', why: 'holds the games that are in none yet' }]
    : [];
  const removed = due.map(
    (game, index): Change => ({
      target: gameLabel(game),
      effect: 'delete',
      from: `${game.words}, ended ${new Date(game.endedAtMs).toISOString()}`,
      why: `kept in archive ${games[index]?.archive ?? ''}`,
    }),
  );
  return [...archive, ...removed];
}

function warningsOf({ due, recent, undated }: FinishedGames): string[] {
  return [
    due.length === 0 ? `No finished game is old enough; ${gamesText(recent)} ended since` : '',
    undated.length > 0 ? `Left alone, since nobody knows when they ended: ${namesOf(undated)}` : '',
  ].filter(Boolean);
}
