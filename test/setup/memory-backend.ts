/** The engine's part of the backend port, in memory, with faults that a test switches on. */
import type { Append, Appended, Backend, Encoded, PutSnapshot, StoredGame } from '../../src/backend/port.ts';
import { Fault } from '../../src/base/fault.ts';
import type { GameId } from '../../src/game/game.ts';

export type FaultMode =
  | 'none'
  /** Rejects before anything is stored. */
  | 'before'
  /** Stores, then rejects: the answer is lost. */
  | 'after'
  /** Rejects now; the write arrives later, when `deliver` is called. */
  | 'late';

type Writes = 'append' | 'putSnapshot';

export interface MemoryBackend extends Backend {
  /** Faults of the writes; `reads` makes reads fail too. */
  fail(mode: FaultMode, options?: { readonly reads?: boolean; readonly cause?: unknown }): void;
  /** Lets writes that were held back by `late` arrive, in their order. */
  deliver(): void;
  /** What a write of somebody else, or damage, does to a game. */
  change(id: GameId, change: (game: StoredGame) => StoredGame | undefined): void;
  peek(id: GameId): StoredGame | undefined;
  readonly calls: { append: number; read: number; putSnapshot: number };
}

export function memoryBackend(): MemoryBackend {
  const games = new Map<GameId, StoredGame>();
  const calls = { append: 0, read: 0, putSnapshot: 0 };
  let mode: FaultMode = 'none';
  let reads = false;
  let cause: unknown;
  let late: (() => void)[] = [];

  const fault = () =>
    new Fault('backend-unreachable', 'The memory backend was told to fail', { retryable: true, cause });

  const write = async <T>(name: Writes, run: () => T): Promise<T> => {
    calls[name]++;
    // Its faults are those of the moment it was called.
    const now = mode;
    await Promise.resolve();
    if (now === 'late') late.push(run);
    if (now === 'before' || now === 'late') throw fault();
    const result = run();
    if (now === 'after') throw fault();
    return result;
  };

  const append = (id: GameId, { expectedRevision, phase, atMs, event, expiresAtMs }: Append): Appended => {
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
      events: [...(game?.events ?? []), { revision, bytes: event.slice() }],
      snapshots: game?.snapshots ?? [],
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    });
    return { kind: 'committed', revision };
  };

  const putSnapshot = (id: GameId, { revision, bytes, keep, dropEventsThrough }: PutSnapshot) => {
    const game = games.get(id);
    if (!game || game.revision < revision) return { kind: 'refused', actual: game?.revision ?? 0 } as const;
    const others = game.snapshots.filter((snapshot) => snapshot.revision !== revision);
    games.set(id, {
      ...game,
      events: game.events.filter((event) => event.revision > dropEventsThrough),
      snapshots: [...others, { revision, bytes: bytes.slice() }].sort(ascending).slice(-keep),
    });
    return { kind: 'stored' } as const;
  };

  return {
    ...unused,
    kind: 'embedded',
    location: 'memory',
    supports: { legacyLayout: false, sharedBetweenProcesses: false },
    calls,
    fail(next, options = {}) {
      mode = next;
      reads = options.reads ?? false;
      cause = options.cause;
    },
    deliver() {
      const arriving = late;
      late = [];
      for (const run of arriving) run();
    },
    change(id, change) {
      const game = games.get(id);
      const changed = game && change(game);
      if (changed) games.set(id, changed);
      else games.delete(id);
    },
    peek: (id) => games.get(id),
    append: (id, input) => write('append', () => append(id, input)),
    putSnapshot: (id, input) => write('putSnapshot', () => putSnapshot(id, input)),
    async read(id, signal) {
      calls.read++;
      await Promise.resolve();
      signal?.throwIfAborted();
      if (reads) throw fault();
      return games.get(id);
    },
    close: async () => {},
  };
}

const ascending = (a: Encoded, b: Encoded) => a.revision - b.revision;

function notUsed(): never {
  throw new Error('The engine does not use this');
}

const unused = {
  ping: notUsed,
  census: notUsed,
  scan: notUsed,
  readRecords: notUsed,
  replaceRecord: notUsed,
  removeRecord: notUsed,
};
