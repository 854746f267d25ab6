/** The connections to one server: opened as load asks for them, shared by the calls under way. */
import type { Redis } from 'ioredis';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import type { BackendListener } from '../port.ts';
import { nameOf } from './address.ts';
import { createAttempts } from './attempts.ts';
import type { Access, Server } from './client.ts';
import { redisFault } from './faults.ts';
import { type Lane, type Link, openLink } from './link.ts';
import { createOutage } from './outage.ts';
import { openRawLine, type RawLine } from './raw-line.ts';

export interface PoolSettings {
  /** Of the keys of these games, see keys.ts. */
  readonly prefix: string;
  readonly access: Access;
  /** The most connections to one server. */
  readonly poolSize: number;
  readonly clock: Clock;
  readonly listener: BackendListener;
}

export interface Pool {
  /** For people. */
  readonly server: string;
  /** Grows when a connection is lost: the server may be another process since, which knows none of its cursors. */
  readonly losses: number;
  /** Connected; a failure means that nothing was sent. */
  take(lane: Lane): Promise<Loan>;
  /** Does one command. Whatever goes wrong comes out as a Fault. */
  run<T>(command: (redis: Redis) => Promise<T>, lane?: Lane): Promise<T>;
  /** A connection of its own, beyond the pool's size, for whom it is closed. Rejects with a Fault. */
  line(): Promise<RawLine>;
  faultOf(thrown: unknown): Fault;
  /** Ends what is under way. */
  close(): void;
}

/** To be given back once its command has been answered. */
interface Loan {
  readonly redis: Redis;
  giveBack(): void;
}

/** Calls on one connection before another is opened: few full ones are faster than many, the README's figures say. */
const fullLoad = 128;
/** Connections that stay once load has asked for them, and how long those beyond them may idle. */
const kept = 5;
const longestIdleMs = 30_000;

export function createPool(
  server: Server,
  { access, poolSize, clock, listener }: PoolSettings,
  outage = createOutage(listener),
): Pool {
  const name = nameOf(server);
  const faultOf = (thrown: unknown) => redisFault(thrown, name);
  const attempts = createAttempts(clock, faultOf);
  const links: Link[] = [];
  const lines = new Set<RawLine>();
  let losses = 0;
  let closed = false;

  const lost = (reason: unknown) => {
    losses++;
    if (!closed && reason !== undefined) outage.lost(name, faultOf(reason));
  };

  const connect = async (link: Link): Promise<void> => {
    try {
      await link.connect();
    } catch (thrown) {
      lost(thrown);
      throw thrown;
    }
    if (closed) {
      link.close();
      throw retired(name);
    }
    outage.connected(name);
  };

  const open = (): Link => {
    const link = openLink({ server, access, clock, onEnd: lost });
    links.push(link);
    return link;
  };

  const closeIdle = () => {
    const idle = links.slice(kept).filter(({ load, idleSinceMs }) => {
      return load === 0 && clock.now() - idleSinceMs > longestIdleMs;
    });
    for (const link of idle) {
      links.splice(links.indexOf(link), 1);
      link.close();
    }
  };

  const take = async (lane: Lane): Promise<Loan> => {
    if (closed) throw retired(name);
    if (links.length > kept) closeIdle();
    const link = choose(links, lane) ?? (links.length < poolSize ? open() : leastLoaded(links, lane));
    link.lend(lane);
    try {
      // One attempt at a time: while the server is away it speaks for all who wait.
      while (!link.ready) await attempts.join(() => connect(link));
      link.gather();
      return link;
    } catch (thrown) {
      link.giveBack();
      throw thrown;
    }
  };

  return {
    server: name,
    get losses() {
      return losses;
    },
    take,
    async run(command, lane = 'calls') {
      const { redis, giveBack } = await take(lane);
      try {
        return await command(redis);
      } catch (thrown) {
        throw faultOf(thrown);
      } finally {
        giveBack();
      }
    },
    async line() {
      if (closed) throw retired(name);
      const line = await openRawLine(server, access).catch((thrown: unknown) => {
        throw faultOf(thrown);
      });
      for (const other of lines) if (!other.isOpen) lines.delete(other);
      lines.add(line);
      if (closed) line.close();
      return line;
    },
    faultOf,
    close() {
      closed = true;
      for (const open of [...links, ...lines]) open.close();
    },
  };
}

/** One of this lane with room, or an idle one. */
function choose(links: readonly Link[], lane: Lane): Link | undefined {
  return (
    links.find((link) => link.load > 0 && link.lane === lane && link.load < fullLoad) ??
    links.find(({ load }) => load === 0)
  );
}

function leastLoaded(links: readonly Link[], lane: Lane): Link {
  const own = links.filter((link) => link.lane === lane);
  return (own.length > 0 ? own : links).reduce((least, link) => (link.load < least.load ? link : least));
}

function retired(server: string): Fault {
  return new Fault('backend-unreachable', `Redis at ${server} is not used any more`, {
    next: 'Try again',
    retryable: true,
  });
}
