/**
 * The admin API of a game server, as `createAdminHandler` serves it and as we read it: what a server holds in memory, and
 * how to have it let go. Version 1; every answer is one of these documents, an error's body is `adminErrorSchema`.
 */
import * as z from 'zod';
import { longestHoldMs } from '../engine/memory.ts';
import type { Json } from '../game/game.ts';

const json = z.custom<Json>((value) => value !== undefined);
const count = z.int().nonnegative();
const time = z.iso.datetime();

/** Without this body a 404 comes from a server that has no admin API. */
export const adminErrorSchema = z.object({
  admin: z.literal(1),
  error: z.object({
    code: z.enum(['unauthorized', 'no-such-call', 'wrong-use', 'too-large', 'not-held', 'refused', 'failed']),
    message: z.string(),
  }),
});
export type AdminError = z.infer<typeof adminErrorSchema>['error'];

const heldSummarySchema = z.object({
  id: z.string(),
  revision: count,
  /** Transitions that only this server's memory has. */
  ahead: count,
  phase: z.string(),
  /** Since when storage lacks some; null when it lacks none. */
  unpersisted_since: time.nullable(),
  /** Newest revision in storage once memory and storage are known to have gone different ways, else null. */
  diverged_at: count.nullable(),
  state_hash: z.string(),
});
/** `GET /admin/games/:id`; `not-held` when memory does not have it. */
export const heldGameSchema = heldSummarySchema.extend({ state: json });
export type HeldSummary = Readonly<z.infer<typeof heldSummarySchema>>;
export type HeldGame = Readonly<z.infer<typeof heldGameSchema>>;

export const mostIdsAtOnce = 500;
/** `POST /admin/games/find`: which of these are in memory. */
export const findSchema = z.object({ ids: z.array(z.string()).max(mostIdsAtOnce) });
export const foundSchema = z.object({ held: z.array(heldSummarySchema) });

/** `POST /admin/games/:id/evict`; `refused` where transitions would be lost and `discard` is false. */
export const evictSchema = z.object({ discard: z.boolean().default(false) });
/** Transitions that were discarded. */
export const evictedSchema = z.object({ lost: count });

/**
 * `POST /admin/games/:id/hold`: for so long the server moves this game no further, whether it has it in memory or not, and
 * it is in storage as far as storage takes it. Ends by itself; held again, the later end counts.
 */
export const holdSchema = z.object({
  seconds: z
    .number()
    .positive()
    .max(longestHoldMs / 1000),
});
/** `ahead`: transitions that only this server's memory has. */
export const heldStillSchema = z.object({ until: time, ahead: count });
/** `POST /admin/games/:id/release`; false where it was not on hold. */
export const releasedSchema = z.object({ released: z.boolean() });
/** `GET /admin/holds`: all games on hold, also those that memory does not have. */
export const holdsSchema = z.object({ holds: z.array(z.object({ id: z.string(), until: time })) });
export type Holds = Readonly<z.infer<typeof holdsSchema>>['holds'];

/** `POST /admin/games/:id/snapshot` */
export const snapshotTakenSchema = z.object({ revision: count });

/**
 * `GET` and `PUT /admin/cache`: games in memory beside those that wait for storage; how long one that nobody asks for
 * stays, null for ever.
 */
export const cacheSchema = z.object({
  games: z.int().min(1).max(1_000_000),
  ttl_seconds: z.number().min(0.001).max(31_536_000).nullable(),
});
export type Cache = Readonly<z.infer<typeof cacheSchema>>;

const waitingSchema = z.object({ id: z.string(), phase: z.string(), transitions: count, since: time });
const divergedSchema = z.object({
  id: z.string(),
  revision: count,
  ahead: count,
  stored_revision: count,
});
const lostSchema = z.object({
  id: z.string(),
  transitions: count,
  since: time,
  at: time,
  why: z.string(),
});
/** `GET /admin/unpersisted`: counts of all, and the first or the newest hundred by name. */
export const unpersistedSchema = z.object({
  games: count,
  oldest: time.nullable(),
  waiting: z.array(waitingSchema),
  diverged: z.array(divergedSchema),
  lost_transitions: count,
  lost: z.array(lostSchema),
});
export type UnpersistedGames = Readonly<z.infer<typeof unpersistedSchema>>;
