/** The game servers' HTTP API, as they serve it and as we read it. Unknown fields are let through untouched. */
import * as z from 'zod';
import { flagNames } from './flags.ts';

const flagValueSchema = z.object({ enabled: z.boolean(), percentage: z.number().min(0).max(100) });
export type FlagValue = z.infer<typeof flagValueSchema>;

/** `GET /api/feature-flags` */
export const flagsSchema = z.object({
  flags: z.object({
    use_state_persistence: flagValueSchema,
    enable_state_snapshots: flagValueSchema,
    enable_state_recovery: flagValueSchema,
  }),
});
export type Flags = z.infer<typeof flagsSchema>['flags'];

/** `POST /api/feature-flags/toggle` */
export const toggleSchema = z.object({ flag: z.enum(flagNames), enabled: z.boolean() });
/** `PUT /api/feature-flags/<flag>` */
export const flagUpdateSchema = flagValueSchema;
/** `POST /api/feature-flags/bulk-update`; applied to all or none. */
export const bulkUpdateSchema = z.array(z.object({ name: z.enum(flagNames), enabled: z.boolean() })).min(1);
export type BulkUpdate = z.infer<typeof bulkUpdateSchema>;

/** `GET /health`: 200 when all components are healthy, 503 otherwise, the body the same. */
export const healthSchema = z.object({
  components: z.object({ state_management: z.object({ healthy: z.boolean() }) }),
});
export type Health = z.infer<typeof healthSchema>;

/** `GET /api/health/circuit-breakers` */
export const breakersSchema = z.object({
  breakers: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['closed', 'open', 'half_open']),
      changed_at: z.iso.datetime(),
    }),
  ),
});
export type Breakers = z.infer<typeof breakersSchema>;

/** `GET /api/rooms` */
export const roomsSchema = z.object({
  rooms: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      phase: z.string(),
      players: z.number(),
      persisted: z.boolean(),
    }),
  ),
});
/** `POST /api/rooms/create` */
export const roomCreateSchema = z.object({
  name: z.string().min(1),
  capacity: z.number().int().min(2).max(8),
});
export const roomCreatedSchema = z.object({ id: z.string() });
/** `POST /api/rooms/<id>/join` */
export const joinSchema = z.object({ player_name: z.string().min(1) });

/** `GET /api/monitoring/alerts` */
export const alertsSchema = z.object({
  active_alerts: z.array(z.object({ name: z.string(), severity: z.string(), started_at: z.iso.datetime() })),
});
