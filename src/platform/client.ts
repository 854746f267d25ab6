/** The game servers' HTTP API, asked of every server at once: each answers for itself, with a value or a fault. */
import type { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { type Fetch, type HttpRequest, sendRequest } from '../base/http.ts';
import { type Fitted, fitShape } from '../base/shape-words.ts';
import {
  alertsSchema,
  type Breakers,
  type BulkUpdate,
  breakersSchema,
  type Flags,
  flagsSchema,
  type Health,
  healthSchema,
  roomCreatedSchema,
  roomsSchema,
} from './schemas.ts';

export type Answer<T> = { readonly server: string } & ({ readonly value: T } | { readonly fault: Fault });

/** What became of a write on one server. `unknown`: it was sent and no clear answer came, so it may have been applied. */
export type Written = { readonly server: string } & (
  | { readonly kind: 'applied' }
  | { readonly kind: 'failed' | 'unknown'; readonly fault: Fault }
);

export type Room = z.infer<typeof roomsSchema>['rooms'][number];
export type ActiveAlert = z.infer<typeof alertsSchema>['active_alerts'][number];

/** No method throws for a server: one row for each, in the order of `servers`. */
export interface PlatformClient {
  readonly servers: readonly string[];
  flags(signal?: AbortSignal): Promise<readonly Answer<Flags>[]>;
  updateFlags(update: BulkUpdate, signal?: AbortSignal): Promise<readonly Written[]>;
  health(signal?: AbortSignal): Promise<readonly Answer<Health>[]>;
  breakers(signal?: AbortSignal): Promise<readonly Answer<Breakers['breakers']>[]>;
  rooms(signal?: AbortSignal): Promise<readonly Answer<readonly Room[]>[]>;
  /** Creates one room on every server. */
  createRoom(
    room: { name: string; capacity: number },
    signal?: AbortSignal,
  ): Promise<readonly Answer<{ id: string }>[]>;
  /** @param server one of `servers`, the one that has the room */
  join(server: string, roomId: string, playerName: string, signal?: AbortSignal): Promise<Answer<undefined>>;
  alerts(signal?: AbortSignal): Promise<readonly Answer<readonly ActiveAlert[]>[]>;
}

interface ClientOptions {
  /** Base URLs, with or without a path. */
  readonly servers: readonly string[];
  readonly timeoutMs: number;
  readonly fetch?: Fetch;
}

type Call = Omit<HttpRequest, 'url' | 'timeoutMs' | 'fetch'> & { readonly path: string };

export function createPlatformClient({ servers, timeoutMs, fetch }: ClientOptions): PlatformClient {
  const send = (server: string, { path, ...call }: Call, signal?: AbortSignal) =>
    sendRequest({ ...call, url: join(server, path), timeoutMs, ...(fetch ? { fetch } : {}) }, signal);

  /** @param also statuses that carry the same body as a 200 */
  const ask = async <T>(
    server: string,
    call: Call,
    schema: z.ZodType<T>,
    signal?: AbortSignal,
    also = 200,
  ) => {
    const outcome = await send(server, call, signal);
    if (outcome.kind !== 'answered') return { server, fault: outcome.fault };
    const { status, body } = outcome;
    if (!isSuccess(status) && status !== also)
      return { server, fault: badStatus(join(server, call.path), status, body) };
    return parseBody({ server, path: call.path }, body, schema);
  };

  const askAll = <T>(call: Call, schema: z.ZodType<T>, signal?: AbortSignal, also?: number) =>
    Promise.all(servers.map((server) => ask(server, call, schema, signal, also)));

  const write = async (server: string, call: Call, signal?: AbortSignal): Promise<Written> => {
    const outcome = await send(server, call, signal);
    if (outcome.kind === 'unsent') return { server, kind: 'failed', fault: outcome.fault };
    if (outcome.kind === 'unanswered') return { server, kind: 'unknown', fault: outcome.fault };
    if (isSuccess(outcome.status)) return { server, kind: 'applied' };
    // A 5xx may come from a proxy whose server went on to apply it.
    const kind = outcome.status >= 500 ? 'unknown' : 'failed';
    return { server, kind, fault: badStatus(join(server, call.path), outcome.status, outcome.body) };
  };

  return {
    servers,
    flags: async (signal) =>
      mapValues(await askAll({ path: '/api/feature-flags' }, flagsSchema, signal), ({ flags }) => flags),
    updateFlags: (update, signal) =>
      Promise.all(
        servers.map((server) =>
          write(server, { method: 'POST', path: '/api/feature-flags/bulk-update', json: update }, signal),
        ),
      ),
    health: (signal) => askAll({ path: '/health' }, healthSchema, signal, 503),
    breakers: async (signal) =>
      mapValues(
        await askAll({ path: '/api/health/circuit-breakers' }, breakersSchema, signal),
        (b) => b.breakers,
      ),
    rooms: async (signal) =>
      mapValues(await askAll({ path: '/api/rooms' }, roomsSchema, signal), ({ rooms }) => rooms),
    createRoom: (room, signal) =>
      askAll({ method: 'POST', path: '/api/rooms/create', json: room }, roomCreatedSchema, signal),
    async join(server, roomId, playerName, signal) {
      const path = `/api/rooms/${encodeURIComponent(roomId)}/join`;
      const written = await write(
        server,
        { method: 'POST', path, json: { player_name: playerName } },
        signal,
      );
      return written.kind === 'applied' ? { server, value: undefined } : { server, fault: written.fault };
    },
    alerts: async (signal) =>
      mapValues(
        await askAll({ path: '/api/monitoring/alerts' }, alertsSchema, signal),
        ({ active_alerts }) => active_alerts,
      ),
  };
}

const isSuccess = (status: number) => status >= 200 && status < 300;

/** A base may have a path of its own, and may end in a slash. */
const join = (server: string, path: string) => server.replace(/\/+$/, '') + path;

function mapValues<T, U>(answers: readonly Answer<T>[], change: (value: T) => U): Answer<U>[] {
  return answers.map((answer) =>
    'fault' in answer ? answer : { server: answer.server, value: change(answer.value) },
  );
}

function parseBody<T>(
  { server, path }: { readonly server: string; readonly path: string },
  body: string,
  schema: z.ZodType<T>,
): Answer<T> {
  const answer = fitted(schema, body);
  if (answer.kind === 'fits') return { server, value: answer.data };
  const message = `${join(server, path)} answered with something else than its API promises (${answer.what}): ${excerpt(body)}`;
  const next = 'Check that GAME_SERVER_URLS names game servers of this version';
  return { server, fault: new Fault('platform-failed', message, { next }) };
}

function fitted<T>(schema: z.ZodType<T>, body: string): Fitted<T> {
  try {
    return fitShape(schema, JSON.parse(body));
  } catch {
    return { kind: 'wrong', what: 'it is not JSON' };
  }
}

function badStatus(url: string, status: number, body: string): Fault {
  return new Fault('platform-failed', `${url} answered with status ${status}: ${excerpt(body)}`, {
    next: nextAfter(status),
    retryable: status >= 500,
  });
}

function nextAfter(status: number): string {
  if (status === 401 || status === 403) return 'Check the credentials of this session';
  if (status === 404) return 'Check that GAME_SERVER_URLS names game servers, and that they serve this path';
  return 'Read the log of that server';
}

function excerpt(body: string): string {
  const line = body.trim().replace(/\s+/g, ' ');
  if (line === '') return 'an empty body';
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
