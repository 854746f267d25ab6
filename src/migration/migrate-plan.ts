import type { Change, Draft } from '../action/plan.ts';
import type { Backend, PrimaryBackend, Refusals } from '../backend/port.ts';
import { readInBatches } from '../backend/record-reads.ts';
import type { Clock } from '../base/clock.ts';
import { digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import type { Identity } from '../base/identity.ts';
import type { RandomHex } from '../base/ids.ts';
import type { Codec } from '../engine/codec.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { recordDigest } from '../game/record-codec.ts';
import { gameLabel, gamesText, idText, namesOf } from '../game/record-words.ts';
import { migrationBy, toCurrent } from './legacy-to-current.ts';
import {
  beingWritten,
  decideMigration,
  type MigrateDecision,
  type PlannedMigration,
} from './migrate-decision.ts';
import { playedRooms, type RoomLister } from './writers.ts';

export interface MigrateParts {
  readonly backend: PrimaryBackend;
  readonly codec: Codec;
  /** The codec has a key. */
  readonly encrypts: boolean;
  readonly clock: Clock;
  readonly random: RandomHex;
  readonly actor: Identity;
  /** undefined without game servers. */
  readonly platform: RoomLister | undefined;
  /** How long the games are watched for writers. */
  readonly watchMs: number;
}

export interface MigrateInput {
  readonly ids: readonly string[] | 'all';
  /** Games that were written less than this ago are left alone. */
  readonly idleMs: number;
}

export interface MigrateDetail {
  readonly target: string;
  readonly asksServers: boolean;
  readonly games: readonly PlannedMigration[];
  /** Games that were asked for and stay where they are. */
  readonly refused: readonly string[];
}

export const migrateSteps = { ask: 'Ask the game servers who plays', move: 'Move the games' };

export async function draftMigrate(
  parts: MigrateParts,
  { ids, idleMs }: MigrateInput,
  signal?: AbortSignal,
): Promise<Draft<MigrateDetail>> {
  const { backend, platform } = parts;
  if (!backend.supports.legacyLayout) throw noLegacyLayout(backend);
  const { decisions, unreadable, missing } = await decideAll(parts, ids, idleMs, signal);
  if (missing.length > 0) throw notLegacy(missing);
  const watched = await watch(parts, decisions, signal);
  const games = watched.map(({ game }) => game);
  const skipped = watched.filter(({ game }) => game.does === 'skip').map(({ change }) => change.target);
  const refused = [...skipped, ...unreadable.map(({ target }) => target)];
  const detail = { target: backend.location, asksServers: platform !== undefined, games, refused };
  return {
    title: titleOf(detail),
    place: backend.location,
    changes: [...watched.map(({ change }) => change), ...unreadable],
    steps: platform ? Object.values(migrateSteps) : [migrateSteps.move],
    warnings: warningsOf(parts, watched, refused),
    unverified: platform ? [] : ['Whether a game server plays any of these games: none is configured'],
    basis: basisOf(backend),
    detail,
  };
}

/** What each game was like is compared for each as it is moved; one that is written meanwhile stops no other. */
export const basisOf = ({ location }: Backend) => digestOf({ target: location });

interface Decided {
  readonly decisions: readonly MigrateDecision[];
  readonly unreadable: readonly Change[];
  /** Ids that were asked for and have no legacy game. */
  readonly missing: readonly string[];
}

async function decideAll(
  parts: MigrateParts,
  ids: MigrateInput['ids'],
  idleMs: number,
  signal?: AbortSignal,
): Promise<Decided> {
  const { backend, clock, platform } = parts;
  const played = await playedRooms(platform, signal);
  const refusals = await backend.refusals(signal);
  const decisions: MigrateDecision[] = [];
  const unreadable: Change[] = [];
  const missing: string[] = [];
  const pages = ids === 'all' ? legacyPages(backend, signal) : [[...new Set(ids)].map(legacyKey)];
  for await (const batch of readInBatches(backend, pages, signal)) {
    const currents = await backend.readRecords(
      batch.map(({ key }) => ({ ...key, layout: 'current' as const })),
      signal,
    );
    for (const [index, { key, read }] of batch.entries()) {
      if (read.kind === 'absent') missing.push(key.id);
      else if (read.kind === 'unreadable') {
        unreadable.push({ target: gameLabel(key), effect: 'skip', why: read.fault.message });
      } else {
        const current = currents[index] ?? { kind: 'absent' };
        const playedOn = played.get(key.id);
        const refusal = () => refusalOf(parts, refusals, read.record);
        const candidate = { legacy: read.record, current, playedOn, nowMs: clock.now(), idleMs, refusal };
        decisions.push(decideMigration(candidate));
      }
    }
  }
  // One of a scan that is gone by now is nothing to migrate.
  return { decisions, unreadable, missing: ids === 'all' ? [] : missing };
}

/** Of either side: a game that only one of them can move is left where both have it. */
function refusalOf(
  { codec, clock, actor }: MigrateParts,
  refusals: Refusals,
  legacy: GameRecord,
): string | undefined {
  const converted = toCurrent(legacy, codec, migrationBy(actor, clock.now(), noWriteId));
  if (converted.kind === 'refused') return converted.why;
  // What storage would not write it would not compare either, to remove it.
  const refused = refusals.of(legacy) ?? refusals.of(converted.record);
  if (!refused) return undefined;
  return refused.by === 'secondary'
    ? `the secondary refuses it: ${refused.why.message}`
    : refused.why.message;
}

/** As long as one will be. */
const noWriteId = '0'.repeat(16);

const legacyKey = (id: string): RecordKey => ({ id, layout: 'legacy' });

async function* legacyPages(backend: Backend, signal?: AbortSignal) {
  for await (const page of backend.scan(signal)) yield page.filter(({ layout }) => layout === 'legacy');
}

/** Looks at the games to move once more, some seconds later. */
async function watch(
  { backend, clock, watchMs }: MigrateParts,
  decisions: readonly MigrateDecision[],
  signal?: AbortSignal,
): Promise<readonly MigrateDecision[]> {
  const moving = decisions.filter(({ game }) => game.does !== 'skip');
  if (moving.length === 0) return decisions;
  await clock.sleep(watchMs, signal);
  const written = new Set<string>();
  const found = new Map(moving.map(({ game }) => [game.id, game.found]));
  for await (const batch of readInBatches(backend, [[...found.keys()].map(legacyKey)], signal)) {
    for (const { key, read } of batch) {
      const same = read.kind === 'record' && recordDigest(read.record) === found.get(key.id);
      if (!same) written.add(key.id);
    }
  }
  return decisions.map((decision) => (written.has(decision.game.id) ? beingWritten(decision) : decision));
}

function titleOf({ target, games, refused }: MigrateDetail): string {
  const count = (does: PlannedMigration['does']) => games.filter((game) => game.does === does).length;
  const finished = count('finish') > 0 ? `, ${count('finish')} to finish` : '';
  return `Migrate ${gamesText(count('move'))} in ${target} to the current layout${finished}, ${refused.length} refused`;
}

function warningsOf(
  { encrypts }: MigrateParts,
  decisions: readonly MigrateDecision[],
  refused: readonly string[],
): string[] {
  const odd = decisions.filter(({ oddities }) => oddities.length > 0);
  return [
    decisions.length + refused.length === 0 ? 'There is no game in the legacy layout' : '',
    refused.length > 0 ? `Not migrated: ${namesOf(refused)}` : '',
    ...odd.slice(0, 20).map(({ game, oddities }) => `${idText(game.id)}: ${namesOf(oddities)}`),
    odd.length > 20 ? `Oddities in ${odd.length - 20} more games` : '',
    encrypts ? 'What is kept as legacy:… stays as it was, unencrypted' : '',
  ].filter(Boolean);
}

function notLegacy(ids: readonly string[]): Fault {
  return new Fault('not-found', `Not in the legacy layout: ${namesOf(ids.map(idText))}`, {
    next: 'Look at them with gamekeeper games show',
  });
}

function noLegacyLayout({ kind }: Backend): Fault {
  return new Fault('unsupported', `${kind} holds no games in the legacy layout`, {
    next: 'Migrate where the legacy games are',
  });
}
