/** One connection of a pool. */
import type { Redis } from 'ioredis';
import type { Clock } from '../../base/clock.ts';
import { type Access, connectClient, createClient, type Server } from './client.ts';

/** `bulk` for what many games are read with: its long answers must not hold up a game's next transition. */
export type Lane = 'calls' | 'bulk';

export interface Link {
  readonly redis: Redis;
  /** What it carries while it carries something. */
  readonly lane: Lane;
  /** Calls under way on it. */
  readonly load: number;
  readonly idleSinceMs: number;
  readonly ready: boolean;
  lend(lane: Lane): void;
  giveBack(): void;
  /** Sends what is said until the end of this tick together: one system call for all. */
  gather(): void;
  /** Rejects with what the client threw. */
  connect(): Promise<void>;
  close(): void;
}

interface LinkSettings {
  readonly server: Server;
  readonly access: Access;
  readonly clock: Clock;
  /** It had been connected. @param reason undefined when nobody was using it: a server may end idle connections. */
  onEnd(reason: unknown): void;
}

export function openLink({ server, access, clock, onEnd }: LinkSettings): Link {
  const redis = createClient(server, access);
  let lane: Lane = 'calls';
  let load = 0;
  let idleSinceMs = clock.now();
  let connected = false;
  let lastError: unknown;

  // Without a listener an error event would be printed, or end the process.
  redis.on('error', (error) => {
    lastError = error;
  });
  redis.on('end', () => {
    if (!connected) return;
    connected = false;
    onEnd(load > 0 ? (lastError ?? new Error('Connection is closed')) : undefined);
  });

  return {
    redis,
    get lane() {
      return lane;
    },
    get load() {
      return load;
    },
    get idleSinceMs() {
      return idleSinceMs;
    },
    get ready() {
      return connected && redis.status === 'ready';
    },
    lend(wanted) {
      if (load === 0) lane = wanted;
      load++;
    },
    giveBack() {
      load--;
      idleSinceMs = clock.now();
    },
    gather() {
      const { stream } = redis;
      if (load < 2 || stream.writableCorked > 0) return;
      stream.cork();
      process.nextTick(() => stream.uncork());
    },
    async connect() {
      await connectClient(redis, server, access.connectTimeoutMs);
      lastError = undefined;
      connected = true;
    },
    close() {
      connected = false;
      redis.disconnect();
    },
  };
}
