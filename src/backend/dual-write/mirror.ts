/** Brings to the secondary what the primary has stored, and keeps count of what did not follow. */
import type { Clock } from '../../base/clock.ts';
import { asFault, Fault } from '../../base/fault.ts';
import type { RecordKey } from '../../game/record.ts';
import { keyText } from '../../game/record-words.ts';
import type { Backend } from '../port.ts';
import { copyRecord } from './copy-record.ts';
import { createQueue, type QueueLimits, type Waiting } from './queue.ts';

/**
 * `missed`: the secondary lacks earlier revisions, or was so slow that it was spared them. `conflict`: it has other
 * ones. `failed`: it did not do the write, or did not say so.
 */
export const divergences = ['missed', 'conflict', 'failed'] as const;
export type Divergence = (typeof divergences)[number];

export interface DualWriteListener {
  /** The secondary did not follow a write; it is brought to what the primary has then, or later. */
  diverged(event: { readonly key: RecordKey; readonly reason: Divergence; readonly fault?: Fault }): void;
}

/** The same write as on the primary, and whether the secondary was where it should be. */
export interface Replay extends Waiting {
  run(secondary: Backend, signal: AbortSignal): Promise<'done' | 'missed' | 'conflict'>;
}

export interface Mirror {
  /** Does the same on the secondary, some time soon. */
  follow(key: RecordKey, replay: Replay): void;
  /**
   * Copies what the primary has, some time soon.
   * @param mayLower as `copyRecord`
   */
  copy(key: RecordKey, mayLower: boolean): void;
  diverging(): number;
  waiting(): number;
  /** Resolves when nothing waits or runs. */
  idle(): Promise<void>;
  settle(): Promise<number>;
  /** Gives up what waits and interrupts what runs. */
  stop(): void;
}

interface Doubtful {
  readonly key: RecordKey;
  readonly mayLower: boolean;
  /** Because the secondary, or the primary, did not answer; not for what they have. */
  readonly isFailed: boolean;
  /** Nobody wrote it: what is found is no news. */
  readonly isLookedAt?: true;
}

/** Between looks at games of which the secondary has another: somebody may have mended them there. */
const lookAgainMs = 100;

export function createMirror(
  sides: { readonly primary: Backend; readonly secondary: Backend },
  listener: DualWriteListener,
  limits: QueueLimits,
  clock: Clock,
): Mirror {
  /** Games that are not known to be the same. */
  const doubtful = new Map<string, Doubtful>();
  const stopped = new AbortController();
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  const tell = (key: RecordKey, reason: Divergence, fault?: Fault) =>
    listener.diverged({ key, reason, ...(fault ? { fault } : {}) });

  const tryCopy = async (key: RecordKey, asked: boolean) => {
    const mayLower = asked || (doubtful.get(keyText(key))?.mayLower ?? false);
    const copied = await copyRecord(sides, key, mayLower, stopped.signal).catch((thrown) => asFault(thrown));
    if (copied === 'same' || copied === 'copied') doubtful.delete(keyText(key));
    else doubtful.set(keyText(key), { key, mayLower, isFailed: copied instanceof Fault });
    return copied;
  };

  const copy = async (key: RecordKey, mayLower: boolean) => {
    const isLookedAt = doubtful.get(keyText(key))?.isLookedAt ?? false;
    const copied = await tryCopy(key, mayLower);
    if (copied instanceof Fault) tell(key, 'failed', copied);
    else if ((copied === 'moving' || copied === 'ahead') && !isLookedAt) tell(key, 'conflict');
  };

  /** The secondary works again: one game that it failed to take is tried once more with each write that succeeds. */
  const mendOne = () => {
    const game = firstFailed(doubtful.values()) ?? nextLookedAt();
    if (!game) return;
    // The next one's turn comes before this one's again.
    doubtful.delete(keyText(game.key));
    doubtful.set(keyText(game.key), game);
    queue.copy(game.key, game.mayLower);
  };

  /** After a backfill of games that nobody plays any more, nothing else would tell that they are the same now. */
  const nextLookedAt = (): Doubtful | undefined => {
    const [game] = doubtful.values();
    if (!game || clock.now() - lookedAtMs < lookAgainMs) return undefined;
    lookedAtMs = clock.now();
    return { ...game, isLookedAt: true };
  };

  const replay = async (key: RecordKey, write: Replay) => {
    // It lacks more than this write.
    if (doubtful.has(keyText(key))) return copy(key, false);
    const outcome = await write.run(sides.secondary, stopped.signal).catch((thrown) => asFault(thrown));
    if (outcome === 'done') return mendOne();
    if (outcome instanceof Fault) tell(key, 'failed', outcome);
    else if (outcome === 'missed') tell(key, 'missed');
    const copied = await tryCopy(key, false);
    // The same after all: a copy that was made while the primary wrote this has brought it already.
    if (outcome === 'conflict' && copied !== 'same') tell(key, 'conflict');
  };

  const queue = createQueue<Replay>(limits, { replay, copy });

  return {
    follow(key, write) {
      if (!queue.replay(key, write)) tell(key, 'missed');
    },
    copy: queue.copy,
    diverging: () => doubtful.size,
    waiting: queue.waiting,
    idle: queue.idle,
    async settle() {
      await queue.idle();
      for (const { key, mayLower } of [...doubtful.values()]) queue.copy(key, mayLower);
      await queue.idle();
      return doubtful.size;
    },
    stop() {
      stopped.abort();
      for (const key of queue.drop()) tell(key, 'missed');
    },
  };
}

function firstFailed(games: Iterable<Doubtful>): Doubtful | undefined {
  for (const game of games) if (game.isFailed) return game;
  return undefined;
}
