import type { Change, Draft } from '../action/plan.ts';
import { Fault } from '../base/fault.ts';
import type { FleetFlags } from '../flags/store.ts';
import type { Answer, PlatformClient, Room } from '../platform/client.ts';
import type { FlagName } from '../platform/flags.ts';
import { count, liveRooms, type PlannedServer, type RollbackDetail } from './detail.ts';
import { flagsDigest, flagText, offOrder, type ServerFlags } from './off.ts';
import type { RollbackParts } from './rollback.ts';
import { stepNames } from './steps.ts';

export async function draftRollback(
  { flags, platform, metrics }: RollbackParts,
  givenReason: string,
  signal?: AbortSignal,
): Promise<Draft<RollbackDetail>> {
  const reason = parseReason(givenReason);
  const [fleet, rooms, health] = await Promise.all([
    flags.read(signal),
    platform.rooms(signal),
    platform.health(signal),
  ]);
  // Reads that were aborted look like servers that do not answer.
  signal?.throwIfAborted();
  refuseUnreadable(fleet);
  const servers = fleet.servers.map(planServer);
  const unread = servers.flatMap((row) => ('unread' in row ? [row.server] : []));
  return {
    title: `Turn state persistence off on ${count(servers.length, 'server')}: ${reason}`,
    place: flags.place,
    changes: offOrder.flatMap((flag) => servers.map((row) => planChange(flag, row))),
    steps: stepNames(servers.length),
    warnings: [...roomWarnings(rooms), ...unread.map(unreadWarning), ...healthWarnings(health)],
    unverified: [
      ...unread.map((server) => `The flags of ${server}`),
      ...unanswered(rooms).map((server) => `How many games are live on ${server}`),
      ...unanswered(health).map((server) => `The health of ${server}`),
      ...(metrics ? [] : ['Whether state writes stop afterwards: there is no source of metrics']),
      'Servers that are not configured here: they are neither read nor changed',
    ],
    basis: flagsDigest(fleet),
    detail: { reason, servers },
  };
}

function parseReason(text: string): string {
  const reason = text.trim();
  if (reason !== '' && reason.length <= 500) return reason;
  throw new Fault(
    'wrong-use',
    reason === '' ? 'A rollback needs a reason' : 'The reason is over 500 characters',
    {
      next: 'Say in a sentence why persistence is turned off; it goes into the audit log',
    },
  );
}

function refuseUnreadable({ servers }: FleetFlags): void {
  if (servers.some((row) => 'flags' in row)) return;
  const [first] = servers;
  if (!first) {
    throw new Fault('config-invalid', 'No game server is configured', { next: 'Set GAME_SERVER_URLS' });
  }
  const why = 'fault' in first ? first.fault.message : '';
  throw new Fault('platform-unreachable', `No game server's flags can be read. ${first.server}: ${why}`, {
    next: 'Check the servers and GAME_SERVER_URLS, then plan again',
    retryable: true,
  });
}

const planServer = (row: ServerFlags): PlannedServer =>
  'flags' in row ? row : { server: row.server, unread: row.fault.message };

function planChange(flag: FlagName, row: PlannedServer): Change {
  const target = `${flag} on ${row.server}`;
  if ('unread' in row) {
    return { target, effect: 'update', to: 'off', why: `not read (${row.unread}); it is tried all the same` };
  }
  const from = flagText(row.flags[flag]);
  return { target, effect: row.flags[flag].enabled ? 'update' : 'unchanged', from, to: 'off' };
}

type Rooms = readonly Answer<readonly Room[]>[];

function roomWarnings(answers: Rooms): string[] {
  const live = answers.flatMap((answer) => ('value' in answer ? liveRooms(answer.value) : []));
  if (live.length === 0) return [];
  const atLeast = unanswered(answers).length > 0 ? 'At least ' : '';
  return [
    `${atLeast}${count(live.length, 'game')} live now: from then on ${live.length === 1 ? 'its' : 'their'} moves are only in a server's memory, and are lost when it restarts`,
  ];
}

const unreadWarning = (server: string) =>
  `${server} cannot be read: the run cannot end as done, and persistence may stay on there`;

function healthWarnings(answers: Awaited<ReturnType<PlatformClient['health']>>): string[] {
  return answers.flatMap((answer) =>
    'value' in answer && !answer.value.components.state_management.healthy
      ? [`${answer.server} is unhealthy now; if it stays so, the run ends as partial`]
      : [],
  );
}

const unanswered = (answers: readonly Answer<unknown>[]) =>
  answers.flatMap((answer) => ('fault' in answer ? [answer.server] : []));
