import type { Finding } from '../backend/port.ts';
import type { Fault } from '../base/fault.ts';
import { formatValue } from '../base/units.ts';
import type { MetricSource } from '../metrics/source.ts';
import type { AdminClient } from '../platform/admin.ts';
import type { Answer, PlatformClient } from '../platform/client.ts';
import type { Breakers, Flags, Health } from '../platform/schemas.ts';
import type { Check } from './preflight.ts';

/** What every game server must answer. Without game servers there is one row that says what is then missing. */
export async function lookAtServers(
  platform: PlatformClient | undefined,
  signal: AbortSignal,
): Promise<Check[]> {
  if (!platform) {
    return [
      {
        subject: 'game servers',
        name: 'health',
        kind: 'ok',
        found: 'none is configured (GAME_SERVER_URLS), so there are no flags, rollbacks and health',
      },
    ];
  }
  const [health, breakers, flags] = await Promise.all([
    platform.health(signal),
    platform.breakers(signal),
    platform.flags(signal),
  ]);
  return platform.servers.flatMap((subject, index) => {
    const answer = health[index];
    // Said once, not again by every question that went unanswered.
    if (answer && 'fault' in answer && answer.fault.code === 'platform-unreachable')
      return [{ subject, name: 'answers', ...problem(answer.fault) }];
    return rowsOf(answer, breakers[index], flags[index]);
  });
}

function rowsOf(
  health: Answer<Health> | undefined,
  breakers: Answer<Breakers['breakers']> | undefined,
  flags: Answer<Flags> | undefined,
): Check[] {
  return [
    ...rowOf('health', health, ({ components }) =>
      components.state_management.healthy
        ? { kind: 'ok', found: 'healthy' }
        : { kind: 'problem', found: 'says that its state management is unhealthy', next: seeStatus },
    ),
    ...rowOf('circuit breakers', breakers, (rows) => {
      const tripped = rows.filter(({ state }) => state !== 'closed');
      if (tripped.length === 0) return { kind: 'ok', found: `${rows.length} closed` };
      const names = tripped.map(({ name, state }) => `${name} ${state}`).join(', ');
      return { kind: 'problem', found: names, next: seeStatus };
    }),
    ...rowOf('flags', flags, (values) => ({
      kind: 'ok',
      found: Object.entries(values)
        .map(([name, { enabled, percentage }]) => `${name} ${enabled ? `${percentage} %` : 'off'}`)
        .join(', '),
    })),
  ];
}

const seeStatus = 'See gamekeeper status';

export async function lookAtMetrics(source: MetricSource | undefined, signal: AbortSignal): Promise<Check[]> {
  if (!source) return [];
  const { targets } = await source.read(signal);
  return targets.map(({ target, fault }) => ({
    subject: target,
    name: 'metrics',
    ...(fault ? problem(fault) : { kind: 'ok', found: 'readable' }),
  }));
}

export async function lookAtAdmin(admin: AdminClient | undefined, signal: AbortSignal): Promise<Check[]> {
  if (!admin) return [];
  const answers = await admin.cache(signal);
  return answers.flatMap((answer) =>
    rowOf('admin API', answer, ({ games }) => ({
      kind: 'ok',
      found: `answers; a cache of ${formatValue(games, 'games')} games`,
    })),
  );
}

function rowOf<T>(
  name: string,
  answer: Answer<T> | undefined,
  judge: (value: T) => Omit<Finding, 'name'>,
): Check[] {
  if (!answer) return [];
  const finding = 'fault' in answer ? problem(answer.fault) : judge(answer.value);
  return [{ subject: answer.server, name, ...finding }];
}

const problem = ({ message, next }: Fault): Omit<Finding, 'name'> => ({
  kind: 'problem',
  found: message,
  ...(next === undefined ? {} : { next }),
});
