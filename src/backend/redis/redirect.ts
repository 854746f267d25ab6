/** A server of a cluster refused a command as a whole, and said who may take it. */
import type { Redis } from 'ioredis';
import type { Endpoint } from './address.ts';
import { isReplyOf } from './faults.ts';
import { scripts } from './scripts.ts';
import type { ServerCommand } from './servers.ts';

export interface Redirect {
  /** For good, or this once, while its slot moves there. */
  readonly kind: 'moved' | 'ask';
  /** undefined when the one that sends us there does not know its name. */
  readonly to: Endpoint | undefined;
}

/** Like `MOVED 3999 127.0.0.1:6381`. @param askedHost stands for one that is left out */
export function redirectOf(thrown: unknown, askedHost: string): Redirect | undefined {
  const kind = isReplyOf(thrown, 'MOVED') ? 'moved' : isReplyOf(thrown, 'ASK') ? 'ask' : undefined;
  if (!kind || !(thrown instanceof Error)) return undefined;
  const place = thrown.message.split(' ')[2] ?? '';
  const colon = place.lastIndexOf(':');
  const host = place.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const to = { host: host === '' ? askedHost : host, port: Number(place.slice(colon + 1)) };
  return { kind, to: host === '?' ? undefined : to };
}

/** Its leave holds for one command only, so a script must not turn out to be unknown there. */
export async function askingCommand<T>(redis: Redis, command: ServerCommand<T>): Promise<T> {
  await Promise.all(Object.values(scripts).map(({ lua }) => redis.script('LOAD', lua)));
  const [, answer] = await Promise.all([redis.asking(), command(redis)]);
  return answer;
}
