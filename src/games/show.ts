/** All that can be told about one game. */
import type { Backend, RecordRead } from '../backend/port.ts';
import { readOne } from '../backend/record-reads.ts';
import { asFault } from '../base/fault.ts';
import type { Decoder } from '../engine/history.ts';
import { nameText } from '../game/field-values.ts';
import { readLegacy } from '../game/legacy.ts';
import type { GameRecord, RecordKey } from '../game/record.ts';
import { recordDigest } from '../game/record-codec.ts';
import type { AdminClient } from '../platform/admin.ts';
import type { HeldSummary } from '../platform/admin-schemas.ts';
import { findHolders } from '../platform/held-games.ts';
import { type CurrentGame, readCurrent } from './current-game.ts';
import { decodeGame } from './decoded.ts';
import type {
  EventRow,
  GameContent,
  GameKey,
  GameView,
  HoldingRow,
  StateView,
  StoreRow,
} from './game-view.ts';
import { given } from './given.ts';
import { legacyEventRow } from './legacy-rows.ts';
import { newestState } from './newest-state.ts';
import { type FoundGame, readGame } from './reading.ts';
import { rowOf } from './rows.ts';
import { eventRow, snapshotRow, timelineOf } from './timeline.ts';

export interface ShowParts {
  readonly backend: Backend;
  /** What dual writes go to as well; one that cannot be opened is a row that says so. */
  readonly secondary: { readonly location: string; open(): Promise<Backend> } | undefined;
  readonly codec: Decoder;
  /** undefined where no server can be asked. */
  readonly admin: Pick<AdminClient, 'servers' | 'find' | 'holds'> | undefined;
}

const eventsShown = 20;

export async function showGame(
  parts: ShowParts,
  key: GameKey,
  signal?: AbortSignal,
): Promise<GameView | undefined> {
  const found = await readGame(parts.backend, key, signal);
  if (!found) return undefined;
  const content = contentOf(found, parts.codec);
  if (!content) return undefined;
  const [stores, heldBy] = await Promise.all([
    storesOf(parts, found, signal),
    heldByOf(parts, found, signal),
  ]);
  return { ...content, readsFrom: parts.backend.readsFrom, stores, ...given({ heldBy }) };
}

/** undefined for a game that is gone. */
export function contentOf(
  { key, read, inBothLayouts }: FoundGame,
  decoder: Decoder,
): GameContent | undefined {
  const row = rowOf(key, read, inBothLayouts, { decoder, depth: 'proof' });
  return row && { row, ...recordContent(read, decoder), inBothLayouts };
}

type Content = Omit<GameContent, 'row' | 'inBothLayouts'>;

function recordContent(read: RecordRead, decoder: Decoder): Content {
  if (read.kind === 'record') {
    return read.record.layout === 'legacy'
      ? legacyContent(read.record)
      : currentContent(read.record, decoder);
  }
  const why = read.kind === 'unreadable' ? read.fault.message : 'the game is gone';
  return { state: { kind: 'none', why }, timeline: [], snapshots: [], events: [], otherFields: [] };
}

function currentContent(record: GameRecord, decoder: Decoder): Content {
  const game = readCurrent(record);
  const decoded = decodeGame(game, decoder);
  const events = decoded.events.map(eventRow);
  return {
    state: stateOf(game, decoder),
    timeline: timelineOf(events),
    snapshots: decoded.snapshots.map(snapshotRow),
    events: events.slice(-eventsShown),
    otherFields: game.otherFields,
  };
}

function stateOf(game: CurrentGame, decoder: Decoder): StateView {
  const proved = newestState(game, decoder);
  if (!proved) return { kind: 'none', why: 'no state can be rebuilt from what is stored' };
  const { revision, phase, state } = proved;
  return { kind: revision === game.newestRevision ? 'proved' : 'behind', revision, phase, state };
}

const legacyFields: readonly string[] = ['phase', 'state', 'snapshots', 'transitions', 'last_updated'];

/** Snapshots of this layout have no revision and no known shape: they are counted, not listed. */
function legacyContent(record: GameRecord): Content {
  const { state, phase, transitions, retold } = readLegacy(record);
  const events: EventRow[] = transitions.map(legacyEventRow);
  return {
    state:
      state === undefined
        ? { kind: 'none', why: 'the field "state" cannot be read' }
        : { kind: 'unproved', phase, state, retold },
    timeline: timelineOf(events),
    snapshots: [],
    events: events.slice(-eventsShown),
    otherFields: record.parts
      .map(({ name }) => nameText(name))
      .filter((name) => !legacyFields.includes(name)),
  };
}

async function storesOf(
  { backend, secondary }: ShowParts,
  { key, read }: FoundGame,
  signal?: AbortSignal,
): Promise<StoreRow[]> {
  const primary: StoreRow = { role: 'primary', location: backend.location, found: foundIn(read) };
  if (!secondary) return [primary];
  const found = await readAt(secondary.open, key, signal);
  return [primary, { role: 'secondary', location: secondary.location, found }];
}

async function readAt(
  open: () => Promise<Backend>,
  key: RecordKey,
  signal?: AbortSignal,
): Promise<StoreRow['found']> {
  try {
    return foundIn(await readOne(await open(), key, signal));
  } catch (thrown) {
    return { kind: 'unread', fault: asFault(thrown) };
  }
}

function foundIn(read: RecordRead): StoreRow['found'] {
  if (read.kind === 'absent') return { kind: 'absent' };
  if (read.kind === 'unreadable') return { kind: 'unread', fault: read.fault };
  const { record } = read;
  return { kind: 'record', digest: recordDigest(record), ...given({ revision: record.revision }) };
}

/** The legacy layout is no server's: what they hold is of ours. */
async function heldByOf(
  { admin }: ShowParts,
  { key }: FoundGame,
  signal?: AbortSignal,
): Promise<readonly HoldingRow[] | undefined> {
  if (key.layout === 'legacy' || !key.id.isWellFormed()) return undefined;
  if (!admin) return undefined;
  const { of, holds, unasked } = await findHolders(admin, [key.id], signal);
  const by = of.get(key.id) ?? [];
  return admin.servers.map((server) => {
    const fault = unasked.find((one) => one.server === server)?.fault;
    if (fault) return { server, kind: 'unread', fault };
    const hold = holds.find((one) => one.server === server);
    const held = by.find((holder) => holder.server === server)?.held;
    return { ...holdingRow(server, held), ...given({ onHoldUntilMs: hold?.untilMs }) };
  });
}

function holdingRow(server: string, held: HeldSummary | undefined): HoldingRow {
  if (!held) return { server, kind: 'not-held' };
  const { revision, ahead, unpersisted_since: since, diverged_at: divergedAt } = held;
  const unpersistedSinceMs = since === null ? undefined : Date.parse(since);
  return {
    server,
    kind: 'held',
    revision,
    ahead,
    ...given({ unpersistedSinceMs, divergedAt: divergedAt ?? undefined }),
  };
}
