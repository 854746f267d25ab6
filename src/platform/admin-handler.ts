/**
 * What a game server mounts under `/admin/` so that operators see what its memory holds and can have it let go: a function
 * from Request to Response. Nothing that a caller sent is repeated in an answer.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type * as z from 'zod';
import { asFault, Fault } from '../base/fault.ts';
import { safeLine } from '../base/safe-text.ts';
import { fitShape } from '../base/shape-words.ts';
import type { Engine } from '../engine/engine.ts';
import type { Evicted, HeldGame } from '../engine/memory.ts';
import { type GameId, parseGameId } from '../game/game.ts';
import {
  type AdminError,
  type adminErrorSchema,
  type Cache,
  cacheSchema,
  type evictedSchema,
  evictSchema,
  findSchema,
  type foundSchema,
  type HeldSummary,
  type heldStillSchema,
  holdSchema,
  type holdsSchema,
  type releasedSchema,
  type snapshotTakenSchema,
  type UnpersistedGames,
  type HeldGame as WireGame,
} from './admin-schemas.ts';

/** Five hundred of the longest ids, each character escaped. */
const maxBodyBytes = 2 << 20;
const namedAtMost = 100;

interface AdminHandlerOptions {
  readonly engine: Pick<
    Engine,
    | ('held' | 'evict' | 'snapshot')
    | ('hold' | 'release' | 'holds')
    | ('cache' | 'configureCache' | 'unpersisted')
  >;
  /** Whoever has it may read and evict every game. */
  readonly token: string;
  /** The server drops its own table of this game, which the engine holds no longer; the next move loads it again. */
  readonly onEvict?: (id: GameId) => Promise<void> | void;
}

export type AdminHandler = (request: Request) => Promise<Response>;

/** @throws Fault `wrong-use` for an empty token */
export function createAdminHandler(options: AdminHandlerOptions): AdminHandler {
  if (options.token === '') throw new Fault('wrong-use', 'The admin API needs a token');
  return async (request) => {
    try {
      if (!isBearer(request, options.token))
        throw new Declined('unauthorized', 'The token is missing or wrong');
      return Response.json(await answer(options, request));
    } catch (thrown) {
      const { code, message } = thrown instanceof Declined ? thrown : failed(thrown);
      const body: z.infer<typeof adminErrorSchema> = { admin: 1, error: { code, message } };
      return Response.json(body, { status: statuses[code] });
    }
  };
}

const statuses: Readonly<Record<AdminError['code'], number>> = {
  unauthorized: 401,
  'no-such-call': 404,
  'wrong-use': 400,
  'too-large': 413,
  'not-held': 404,
  refused: 409,
  failed: 500,
};

/** Ends a call with an error. Messages are ours alone. */
class Declined extends Error {
  readonly code: AdminError['code'];
  constructor(code: AdminError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A fault of storage may tell of names that were chosen by others. */
const failed = (thrown: unknown) => new Declined('failed', safeLine(asFault(thrown).message).slice(0, 300));

async function answer(options: AdminHandlerOptions, request: Request): Promise<object> {
  const { engine } = options;
  const { pathname } = new URL(request.url);
  const path = pathname.slice(pathname.indexOf('/admin/') + '/admin/'.length);
  const [what = '', id, does, ...rest] = path.split('/');
  const call = [request.method, what, ...(does === undefined ? [] : [does])].join(' ');
  if (rest.length > 0) throw noSuchCall();
  if (what === 'games' && id !== undefined) return answerGame(options, request, call, id);
  if (id !== undefined) throw noSuchCall();
  switch (call) {
    case 'GET cache':
      return cacheOf(engine);
    case 'PUT cache': {
      const { games, ttl_seconds } = await body(request, cacheSchema);
      engine.configureCache({
        games,
        ttlMs: ttl_seconds === null ? undefined : Math.ceil(ttl_seconds * 1000),
      });
      return cacheOf(engine);
    }
    case 'GET holds':
      return holdsOf(engine);
    case 'GET unpersisted':
      return unpersistedOf(engine);
    default:
      throw noSuchCall();
  }
}

async function answerGame(
  { engine, ...options }: AdminHandlerOptions,
  request: Request,
  call: string,
  encodedId: string,
): Promise<object> {
  if (call === 'POST games' && encodedId === 'find') {
    const { ids } = await body(request, findSchema);
    const held = ids.flatMap((id) => engine.held(gameId(id)) ?? []).map(summaryOf);
    return { held } satisfies z.infer<typeof foundSchema>;
  }
  const id = gameId(decoded(encodedId));
  switch (call) {
    case 'GET games':
      return heldGame(engine.held(id) ?? notHeld());
    case 'POST games evict':
      return evict({ engine, ...options }, id, await body(request, evictSchema), request.signal);
    case 'POST games hold':
      return hold(engine, id, await body(request, holdSchema), request.signal);
    case 'POST games release':
      return { released: engine.release(id) } satisfies z.infer<typeof releasedSchema>;
    case 'POST games snapshot':
      return snapshot(engine, id, request.signal);
    default:
      throw noSuchCall();
  }
}

async function evict(
  { engine, onEvict }: Pick<AdminHandlerOptions, 'engine' | 'onEvict'>,
  id: GameId,
  how: { readonly discard: boolean },
  signal: AbortSignal,
): Promise<z.infer<typeof evictedSchema>> {
  const letGo = async () => {
    const evicted = await engine.evict(id, how, signal);
    if (evicted.kind === 'refused') throw new Declined('refused', evicted.why);
    return evicted;
  };
  const first = await letGo();
  // The server's table may stand though the engine has let the game go already.
  await onEvict?.(id);
  // A move that was waiting has loaded it again; without a table there are no more.
  const second = await letGo();
  if (first.kind === 'not-held' && second.kind === 'not-held') return notHeld();
  return { lost: lostBy(first) + lostBy(second) };
}

const lostBy = (evicted: Evicted) => (evicted.kind === 'evicted' ? evicted.lost : 0);

async function hold(
  engine: AdminHandlerOptions['engine'],
  id: GameId,
  { seconds }: z.infer<typeof holdSchema>,
  signal: AbortSignal,
): Promise<z.infer<typeof heldStillSchema>> {
  const { untilMs, ahead } = await engine.hold(id, seconds * 1000, signal);
  return { until: isoTime(untilMs), ahead };
}

const holdsOf = (engine: AdminHandlerOptions['engine']): z.infer<typeof holdsSchema> => ({
  holds: engine.holds().map(({ id, untilMs }) => ({ id, until: isoTime(untilMs) })),
});

async function snapshot(
  engine: AdminHandlerOptions['engine'],
  id: GameId,
  signal: AbortSignal,
): Promise<z.infer<typeof snapshotTakenSchema>> {
  if (!engine.held(id)) notHeld();
  const outcome = await engine.snapshot(id, 'manual', signal);
  if (outcome === 'stored') return { revision: engine.held(id)?.revision ?? notHeld() };
  if (outcome === 'failed') throw new Declined('failed', 'Storage did not take the snapshot');
  throw new Declined(
    'refused',
    'Snapshots are switched off for this game, or storage lacks its newest state',
  );
}

const cacheOf = (engine: AdminHandlerOptions['engine']): Cache => {
  const { games, ttlMs } = engine.cache();
  return { games, ttl_seconds: ttlMs === undefined ? null : ttlMs / 1000 };
};

const isoTime = (atMs: number) => new Date(atMs).toISOString();

function summaryOf({ id, revision, ahead, phase, sinceMs, divergedAt, hash }: HeldGame): HeldSummary {
  return {
    ...{ id, revision, ahead, phase },
    unpersisted_since: sinceMs === undefined ? null : isoTime(sinceMs),
    diverged_at: divergedAt ?? null,
    state_hash: hash,
  };
}

const heldGame = (game: HeldGame): WireGame => ({ ...summaryOf(game), state: game.state });

function unpersistedOf(engine: AdminHandlerOptions['engine']): UnpersistedGames {
  const { games, oldestAtMs, waiting, diverged, lost } = engine.unpersisted();
  return {
    games,
    oldest: oldestAtMs === undefined ? null : isoTime(oldestAtMs),
    waiting: waiting.map(({ id, phase, transitions, sinceMs }) => ({
      ...{ id, phase, transitions },
      since: isoTime(sinceMs),
    })),
    diverged: diverged.slice(0, namedAtMost).map(({ id, held, storedRevision }) => ({
      ...{ id, ...held },
      stored_revision: storedRevision,
    })),
    lost_transitions: lost.transitions,
    lost: lost.newest.slice(-namedAtMost).map(({ id, transitions, sinceMs, atMs, why }) => ({
      ...{ id, transitions, why },
      since: isoTime(sinceMs),
      at: isoTime(atMs),
    })),
  };
}

function isBearer({ headers }: Request, token: string): boolean {
  // Digests are as long as one another, so that the time tells nothing.
  return timingSafeEqual(sha256(headers.get('authorization') ?? ''), sha256(`Bearer ${token}`));
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

async function body<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = await boundedText(request.body, maxBodyBytes);
  if (text === undefined) throw new Declined('too-large', `A body has ${maxBodyBytes} bytes at most`);
  const fitted = fitShape(schema, jsonOf(text === '' ? '{}' : text));
  if (fitted.kind === 'fits') return fitted.data;
  throw new Declined('wrong-use', `The body is not what this call takes: ${fitted.what}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** undefined when there are more bytes. */
async function boundedText(stream: Request['body'], maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
  }
  return Buffer.concat(chunks).toString();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Declined('wrong-use', 'The id is not well encoded');
  }
}

function gameId(text: string): GameId {
  try {
    return parseGameId(text);
  } catch {
    throw new Declined('wrong-use', 'This is no id of a game');
  }
}

function notHeld(): never {
  throw new Declined('not-held', 'This server does not hold the game in memory');
}

const noSuchCall = () => new Declined('no-such-call', 'The admin API has no such call');
