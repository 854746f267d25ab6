/** The engine's part of the backend port, in memory. */
import type {
  Append,
  Appended,
  PrimaryBackend,
  PutSnapshot,
  SnapshotPut,
  StoredGame,
} from '../../src/backend/port.ts';
import type { GameId } from '../../src/game/game.ts';

export interface MemoryBackend extends PrimaryBackend {
  /** What somebody else, or damage, does to a game; undefined deletes it. */
  change(id: GameId, change: (game: StoredGame) => StoredGame | undefined): void;
  peek(id: GameId): StoredGame | undefined;
}

export function memoryBackend(): MemoryBackend {
  const games = new Map<GameId, StoredGame>();

  const append = (id: GameId, input: Append): Appended => {
    const { expectedRevision, phase, atMs, event, snapshot, expiresAtMs } = input;
    const game = games.get(id);
    const actual = game?.revision ?? 0;
    if (actual !== expectedRevision) return { kind: 'conflict', expected: expectedRevision, actual };
    const revision = actual + 1;
    games.set(id, {
      id,
      revision,
      phase,
      createdAtMs: game?.createdAtMs ?? atMs,
      updatedAtMs: atMs,
      events: [...(game?.events ?? []), ...(event ? [{ revision, bytes: event.slice() }] : [])],
      snapshots: snapshot
        ? [...(game?.snapshots ?? []), { revision, bytes: snapshot.bytes.slice() }].slice(-snapshot.keep)
        : (game?.snapshots ?? []),
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    });
    return { kind: 'committed', revision };
  };

  const putSnapshot = (id: GameId, put: PutSnapshot): SnapshotPut => {
    const { revision, bytes, keep, dropEventsThrough } = put;
    const game = games.get(id);
    if (!game || game.revision < revision) return { kind: 'refused', actual: game?.revision ?? 0 };
    const snapshots = [...game.snapshots.filter((other) => other.revision !== revision), { revision, bytes }];
    games.set(id, {
      ...game,
      events: game.events.filter((event) => event.revision > dropEventsThrough),
      snapshots: snapshots.sort((a, b) => a.revision - b.revision).slice(-keep),
    });
    return { kind: 'stored' };
  };

  return {
    ...unused,
    kind: 'embedded',
    location: 'memory',
    readsFrom: 'primary',
    supports: { legacyLayout: false, sharedBetweenProcesses: false, transactions: false },
    change(id, change) {
      const game = games.get(id);
      const changed = game && change(game);
      if (changed) games.set(id, changed);
      else games.delete(id);
    },
    peek: (id) => games.get(id),
    append: async (id, input) => append(id, input),
    putSnapshot: async (id, input) => putSnapshot(id, input),
    read: async (id) => games.get(id),
    close: async () => {},
  };
}

function notUsed(): never {
  throw new Error('The engine does not use this');
}

const unused = {
  ping: notUsed,
  census: notUsed,
  examine: notUsed,
  scan: notUsed,
  readRecords: notUsed,
  refusals: notUsed,
  replaceRecord: notUsed,
  removeRecord: notUsed,
  changeLock: notUsed,
};
