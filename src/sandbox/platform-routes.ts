/** The platform's API, as platform/schemas.ts describes it. */
import type { Breaker, BreakerState } from '../backend/breaker.ts';
import type { Exporter } from '../metrics/exporter.ts';
import { type FlagName, flagNames, isOnForAny } from '../platform/flags.ts';
import {
  bulkUpdateSchema,
  flagUpdateSchema,
  joinSchema,
  roomCreateSchema,
  toggleSchema,
} from '../platform/schemas.ts';
import type { ActiveAlert, AlertBoard } from './alert-board.ts';
import { changesOf, type FlagChanges } from './flag-file.ts';
import type { FlagView } from './flag-view.ts';
import type { Chance } from './random.ts';
import type { Joined, Rooms } from './rooms.ts';
import { Refusal, type Reply, type Route } from './router.ts';

interface Platform {
  readonly flags: Pick<FlagView, 'flags' | 'update'>;
  readonly rooms: Pick<Rooms, 'list' | 'create' | 'join'>;
  readonly chance: Chance;
  readonly breaker: Pick<Breaker, 'state'>;
  readonly alerts: Pick<AlertBoard, 'active'>;
  readonly exporter: Pick<Exporter, 'contentType' | 'expose'>;
}

export function platformRoutes(platform: Platform): readonly Route[] {
  const { rooms, exporter } = platform;
  const update = (changes: FlagChanges): Reply => {
    const change = platform.flags.update(changes);
    if (change.kind === 'refused') throw new Refusal(409, change.why);
    return ok({ flags: change.flags });
  };
  return [
    { method: 'GET', path: '/api/feature-flags', handle: () => ok({ flags: platform.flags.flags() }) },
    {
      method: 'POST',
      path: '/api/feature-flags/toggle',
      handle: async ({ body }) => {
        const { flag, enabled } = await body(toggleSchema);
        return update({ [flag]: { enabled } });
      },
    },
    {
      method: 'POST',
      path: '/api/feature-flags/bulk-update',
      handle: async ({ body }) => update(changesOf(await body(bulkUpdateSchema))),
    },
    {
      method: 'PUT',
      path: '/api/feature-flags/:flag',
      handle: async ({ parameters, body }) =>
        update({ [flagNamed(parameters.flag)]: await body(flagUpdateSchema) }),
    },
    { method: 'GET', path: '/health', handle: () => health(platform) },
    { method: 'GET', path: '/api/health/circuit-breakers', handle: () => breakers(platform.breaker.state()) },
    {
      method: 'GET',
      path: '/api/rooms',
      handle: () => ok({ rooms: rooms.list() }),
    },
    {
      method: 'POST',
      path: '/api/rooms/create',
      handle: async ({ body }) => {
        const room = await body(roomCreateSchema);
        return ok({ id: await rooms.create({ ...room, id: `room-${platform.chance.hex(6)}`, players: [] }) });
      },
    },
    {
      method: 'POST',
      path: '/api/rooms/:id/join',
      handle: async ({ parameters, body }) => {
        const { player_name } = await body(joinSchema);
        return joined(rooms.join(parameters.id ?? '', player_name));
      },
    },
    { method: 'GET', path: '/api/monitoring/alerts', handle: () => alerts(platform.alerts.active()) },
    {
      method: 'GET',
      path: '/metrics',
      handle: async () => ({ status: 200, text: await exporter.expose(), contentType: exporter.contentType }),
    },
  ];
}

const ok = (json: unknown): Reply => ({ status: 200, json });
const isoTime = (atMs: number) => new Date(atMs).toISOString();

function flagNamed(text: string | undefined): FlagName {
  const name = flagNames.find((flag) => flag === text);
  if (!name) throw new Refusal(404, `There is no flag ${text}`);
  return name;
}

/** While the breaker is not closed, games are not stored that should be; with persistence off none should. */
function health({ flags, breaker }: Platform): Reply {
  const shouldStore = isOnForAny(flags.flags().use_state_persistence);
  const healthy = !shouldStore || breaker.state().state === 'closed';
  return { status: healthy ? 200 : 503, json: { components: { state_management: { healthy } } } };
}

const breakers = ({ state, changedAtMs }: BreakerState) =>
  ok({ breakers: [{ name: 'storage', state, changed_at: isoTime(changedAtMs) }] });

const alerts = (active: readonly ActiveAlert[]) =>
  ok({
    active_alerts: active.map(({ name, severity, startedAtMs }) => ({
      name,
      severity,
      started_at: isoTime(startedAtMs),
    })),
  });

function joined(result: Joined): Reply {
  switch (result) {
    case 'joined':
      return ok({});
    case 'no-room':
      throw new Refusal(404, 'There is no such room on this server');
    case 'full':
      throw new Refusal(409, 'This room is full');
    case 'started':
      throw new Refusal(409, 'This game has started');
  }
}
