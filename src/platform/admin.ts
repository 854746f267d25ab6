/** Asks game servers what they hold in memory, and has them let go of it. Never throws for a server. */
import type * as z from 'zod';
import { asFault, Fault } from '../base/fault.ts';
import { type Fetch, type HttpOutcome, type HttpRequest, sendRequest } from '../base/http.ts';
import { safeLine } from '../base/safe-text.ts';
import { fitShape } from '../base/shape-words.ts';
import {
  type AdminError,
  adminErrorSchema,
  type Cache,
  cacheSchema,
  evictedSchema,
  foundSchema,
  type HeldGame,
  type HeldSummary,
  type Holds,
  heldGameSchema,
  heldStillSchema,
  holdsSchema,
  mostIdsAtOnce,
  releasedSchema,
  snapshotTakenSchema,
  type UnpersistedGames,
  unpersistedSchema,
} from './admin-schemas.ts';
import type { Answer } from './client.ts';

/** What became of a write. `unknown`: it was sent and no clear answer came, so it may have taken effect. */
type NotDone = { readonly kind: 'failed' | 'unknown'; readonly fault: Fault };
type Declined = { readonly kind: 'not-held' } | { readonly kind: 'refused'; readonly why: string };

export type Evicted = { readonly server: string } & (
  | { readonly kind: 'evicted'; readonly lost: number }
  | Declined
  | NotDone
);
export type Snapped = { readonly server: string } & (
  | { readonly kind: 'stored'; readonly revision: number }
  | Declined
  | NotDone
);
/** `ahead`: transitions that only that server's memory has, because storage did not take them. */
export type HeldStill = { readonly server: string } & (
  | { readonly kind: 'on-hold'; readonly untilMs: number; readonly ahead: number }
  | Declined
  | NotDone
);
export type Released = { readonly server: string } & (
  | { readonly kind: 'released' | 'not-on-hold' }
  | Declined
  | NotDone
);
export type CacheSet = { readonly server: string } & (
  | { readonly kind: 'set'; readonly cache: Cache }
  | Declined
  | NotDone
);

/** A server without the admin API has a Fault `unsupported` in its row. Rows come in the order of `servers`. */
export interface AdminClient {
  readonly servers: readonly string[];
  game(id: string, signal?: AbortSignal): Promise<readonly Answer<HeldGame | 'not-held'>[]>;
  /** Which of these games are in memory. */
  find(ids: readonly string[], signal?: AbortSignal): Promise<readonly Answer<readonly HeldSummary[]>[]>;
  /**
   * Storage is brought up to date first. `refused` when transitions would be lost, unless `discard`.
   * @param server one of `servers`
   */
  evict(server: string, id: string, how: { discard: boolean }, signal?: AbortSignal): Promise<Evicted>;
  snapshot(server: string, id: string, signal?: AbortSignal): Promise<Snapped>;
  /**
   * That server moves the game no further for so long, whether it has it in memory or not; `longestHoldMs` at most.
   * @param server one of `servers`
   */
  hold(server: string, id: string, forMs: number, signal?: AbortSignal): Promise<HeldStill>;
  release(server: string, id: string, signal?: AbortSignal): Promise<Released>;
  /** All games on hold. */
  holds(signal?: AbortSignal): Promise<readonly Answer<Holds>[]>;
  unpersisted(signal?: AbortSignal): Promise<readonly Answer<UnpersistedGames>[]>;
  cache(signal?: AbortSignal): Promise<readonly Answer<Cache>[]>;
  setCache(server: string, limits: Cache, signal?: AbortSignal): Promise<CacheSet>;
}

interface AdminOptions {
  /** Base URLs, with or without a path. */
  readonly servers: readonly string[];
  /** A function where it may change from call to call. */
  readonly token: string | (() => Promise<string>);
  readonly timeoutMs: number;
  readonly fetch?: Fetch;
}

type Call = Pick<HttpRequest, 'method' | 'json'> & { readonly path: string };
type Told<T> = { readonly value: T } | { readonly error: AdminError } | NotDone;

export function createAdminClient({ servers, token, timeoutMs, fetch }: AdminOptions): AdminClient {
  const call = async <T>(
    server: string,
    { path, ...request }: Call,
    schema: z.ZodType<T>,
    signal?: AbortSignal,
  ): Promise<Told<T>> => {
    if (isUnnameable(path)) return { kind: 'failed', fault: unnameable() };
    const url = `${server.replace(/\/+$/, '')}/admin/${path}`;
    const own = fetch ? { fetch } : {};
    const bearer = typeof token === 'string' ? token : await token().catch((thrown) => asFault(thrown));
    if (bearer instanceof Fault) return { kind: 'failed', fault: bearer };
    const outcome = await sendRequest({ ...request, url, bearer, timeoutMs, ...own }, signal);
    return told(server, outcome, schema);
  };

  const askAll = <T>(
    ask: (server: string) => Promise<Told<T>>,
    declined: (error: AdminError) => T | undefined = () => undefined,
  ) => Promise.all(servers.map(async (server) => ({ server, ...answered(await ask(server), declined) })));

  return {
    servers,
    game: (id, signal) =>
      askAll<HeldGame | 'not-held'>(
        (server) => call(server, { path: gamePath(id) }, heldGameSchema, signal),
        ({ code }) => (code === 'not-held' ? code : undefined),
      ),
    find: (ids, signal) =>
      askAll(async (server) => {
        const held: HeldSummary[] = [];
        for (let at = 0; at < ids.length; at += mostIdsAtOnce) {
          const json = { ids: ids.slice(at, at + mostIdsAtOnce) };
          const found = await call(server, { method: 'POST', path: 'games/find', json }, foundSchema, signal);
          if (!('value' in found)) return found;
          held.push(...found.value.held);
        }
        return { value: held };
      }),
    async evict(server, id, how, signal) {
      const path = `${gamePath(id)}/evict`;
      const answer = await call(server, { method: 'POST', path, json: how }, evictedSchema, signal);
      return { server, ...written(answer, ({ lost }) => ({ kind: 'evicted', lost })) };
    },
    async snapshot(server, id, signal) {
      const path = `${gamePath(id)}/snapshot`;
      const answer = await call(server, { method: 'POST', path }, snapshotTakenSchema, signal);
      return { server, ...written(answer, ({ revision }) => ({ kind: 'stored', revision })) };
    },
    async hold(server, id, forMs, signal) {
      const path = `${gamePath(id)}/hold`;
      const json = { seconds: forMs / 1000 };
      const answer = await call(server, { method: 'POST', path, json }, heldStillSchema, signal);
      const done = ({ until, ahead }: { until: string; ahead: number }) =>
        ({ kind: 'on-hold', untilMs: Date.parse(until), ahead }) as const;
      return { server, ...written(answer, done) };
    },
    async release(server, id, signal) {
      const path = `${gamePath(id)}/release`;
      const answer = await call(server, { method: 'POST', path }, releasedSchema, signal);
      const kindOf = (released: boolean) => (released ? 'released' : 'not-on-hold');
      return { server, ...written(answer, ({ released }) => ({ kind: kindOf(released) }) as const) };
    },
    holds: (signal) =>
      askAll(async (server) => {
        const told = await call(server, { path: 'holds' }, holdsSchema, signal);
        return 'value' in told ? { value: told.value.holds } : told;
      }),
    unpersisted: (signal) =>
      askAll((server) => call(server, { path: 'unpersisted' }, unpersistedSchema, signal)),
    cache: (signal) => askAll((server) => call(server, { path: 'cache' }, cacheSchema, signal)),
    async setCache(server, limits, signal) {
      const answer = await call(server, { method: 'PUT', path: 'cache', json: limits }, cacheSchema, signal);
      return { server, ...written(answer, (cache) => ({ kind: 'set', cache })) };
    },
  };
}

const gamePath = (id: string) => `games/${encodeURIComponent(id)}`;

/** A URL cannot name these: as a part of a path they are resolved away, even encoded. */
const isUnnameable = (path: string) => /^games\/\.{1,2}(\/|$)/.test(path);

function told<T>(server: string, outcome: HttpOutcome, schema: z.ZodType<T>): Told<T> {
  if (outcome.kind === 'unsent') return { kind: 'failed', fault: outcome.fault };
  if (outcome.kind === 'unanswered') return { kind: 'unknown', fault: outcome.fault };
  const { status, body } = outcome;
  const document = jsonOf(body);
  const error = adminErrorSchema.safeParse(document).data?.error;
  if (error) return errorTold(server, error);
  const fitted = fitShape(schema, document);
  if (status === 200 && fitted.kind === 'fits') return { value: fitted.data };
  if (status === 404 || status === 405 || status === 501)
    return { kind: 'failed', fault: withoutAdmin(server) };
  const what = status === 200 && fitted.kind === 'wrong' ? `: ${fitted.what}` : '';
  const message = `${server} answered its admin API with status ${status} and something that the API does not promise${what}`;
  const fault = new Fault('platform-failed', message, { next: 'Read the log of that server' });
  // A 5xx may come from a proxy whose server went on to do it.
  return { kind: status >= 500 || status === 200 ? 'unknown' : 'failed', fault };
}

function errorTold<T>(server: string, error: AdminError): Told<T> {
  const { code } = error;
  const message = safeLine(error.message);
  if (code === 'not-held' || code === 'refused') return { error: { code, message } };
  const next = code === 'unauthorized' ? 'Check STATE_ADMIN_TOKEN' : 'Read the log of that server';
  const fault = new Fault('platform-failed', `${server}: ${message}`, { next });
  return { kind: code === 'failed' ? 'unknown' : 'failed', fault };
}

function withoutAdmin(server: string): Fault {
  return new Fault('unsupported', `${server} has no admin API: what it holds in memory is not known`, {
    next: 'Mount createAdminHandler on that server',
  });
}

function unnameable(): Fault {
  return new Fault('unsupported', 'A game called "." or ".." cannot be named in a URL', {
    next: 'Restart the server that holds it',
  });
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function answered<T>(
  told: Told<T>,
  declined: (error: AdminError) => T | undefined,
): { readonly value: T } | { readonly fault: Fault } {
  if ('value' in told) return told;
  if ('fault' in told) return { fault: told.fault };
  const value = declined(told.error);
  if (value !== undefined) return { value };
  return { fault: new Fault('refused', told.error.message) };
}

function written<T, R>(told: Told<T>, done: (value: T) => R): R | Declined | NotDone {
  if ('value' in told) return done(told.value);
  if ('fault' in told) return told;
  const { code, message } = told.error;
  return code === 'not-held' ? { kind: code } : { kind: 'refused', why: message };
}
