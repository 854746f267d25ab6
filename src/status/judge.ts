import { Fault } from '../base/fault.ts';
import { formatDuration, formatValue } from '../base/units.ts';
import { namesOf } from '../game/record-words.ts';
import { type Readings, signals } from '../metrics/source.ts';
import { type AlertName, type AlertRow, alerts, conditionHolds } from '../monitoring/alerts.ts';
import { isOnForAny } from '../platform/flags.ts';
import { divergedIn, lostIn } from './memory.ts';
import type { Reason, ServerStatus, Status, Verdict } from './status.ts';

/** A single failed write is caught up within moments; only what stays behind is worth a word. */
const unpersistedGraceSeconds = 5;
/** Twice the time that production lets a game wait by plan. */
const deferredGraceSeconds = 60;

/** Everything a verdict is judged from; pure data, so every rule can be tested with literals. */
export type Findings = Pick<
  Status,
  'readings' | 'servers' | 'flags' | 'backend' | 'unpersisted' | 'memory' | 'storages' | 'backups' | 'unread'
>;

export interface Judgement {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly doubts: readonly string[];
}

export function judge(findings: Findings, nowMs: number): Judgement {
  const reasons = [
    ...backendReasons(findings),
    ...serverReasons(findings.servers),
    ...flagReasons(findings.flags),
    ...alertReasons(findings.readings),
    ...unpersistedReasons(findings),
    ...divergedReasons(findings.memory),
    ...lostReasons(findings.memory, nowMs),
  ].sort((a, b) => rank(a) - rank(b));
  const doubts = reasons.length > 0 ? [] : doubtsOf(findings);
  return { verdict: verdictOf(findings, reasons, doubts), reasons, doubts };
}

const rank = (reason: Reason) => (reason.severity === 'critical' ? 0 : 1);

function verdictOf(findings: Findings, reasons: readonly Reason[], doubts: readonly string[]): Verdict {
  if (isDown(findings)) return 'down';
  if (reasons.length > 0) return 'degraded';
  return doubts.length > 0 ? 'unknown' : 'healthy';
}

/** Down: nothing is being saved anywhere, as far as anybody can tell. */
function isDown({ backend, servers }: Findings): boolean {
  if (backend.fault && !isOurs(backend.fault) && !servers.some(saves)) return true;
  return servers.length > 0 && servers.every((server) => server.breaker?.state === 'open' || isGone(server));
}

/** A password or setting of this session, which says nothing about the platform. */
const isOurs = ({ code }: Fault) => code === 'backend-denied' || code === 'config-invalid';

/** It works with its storage, whatever this machine can reach. */
const saves = (server: ServerStatus) => server.healthy === true && server.breaker?.state === 'closed';

const isGone = (server: ServerStatus) => server.fault?.code === 'platform-unreachable';

/** Healthy needs proof: traffic that was measured, servers that answered, and no source left unread. */
function doubtsOf({ readings, servers, unread }: Findings): string[] {
  const doubts = unread.map(
    ({ fault }) => `not read: ${fault.message}${fault.next ? `. ${fault.next}` : ''}`,
  );
  if (servers.length === 0) return [...doubts, 'No game servers are configured: set GAME_SERVER_URLS'];
  if (readings instanceof Fault || readings.signals.errorRatio.kind === 'value') return doubts;
  return [...doubts, `Error ratio: ${readings.signals.errorRatio.why}`];
}

function backendReasons({ backend, servers }: Findings): Reason[] {
  if (!backend.fault) return [];
  const { message, next, code } = backend.fault;
  if (isOurs(backend.fault)) return [];
  // A wrong name, or what was deleted: nothing that a runbook for outages would find out.
  const isMissing = code === 'backend-missing';
  const remedy = isMissing && next ? `. ${next}` : '';
  if (servers.some(saves)) {
    const text = `From here: ${message}. Game servers still reach their storage${remedy}`;
    return [{ severity: 'warning', text }];
  }
  if (isMissing) return [{ severity: 'critical', text: `${message}${remedy}`, isEnough: true }];
  return [{ severity: 'critical', text: message, runbook: alerts.CircuitBreakerOpen.runbook }];
}

function serverReasons(servers: readonly ServerStatus[]): Reason[] {
  return servers.flatMap((server): Reason[] => {
    const runbook = alerts.CircuitBreakerOpen.runbook;
    if (server.fault) return [{ severity: 'critical', text: server.fault.message, runbook }];
    if (server.healthy === false) {
      return [
        { severity: 'critical', text: `${server.server} says its state management is unhealthy`, runbook },
      ];
    }
    return [];
  });
}

function alertReasons(readings: Readings | Fault): Reason[] {
  if (readings instanceof Fault) return [];
  return Object.entries(alerts).flatMap(([name, row]: [string, AlertRow]): Reason[] => {
    const reading = readings.signals[row.signal];
    if (reading.kind === 'none' || !conditionHolds(row, reading)) return [];
    const { title, unit } = signals[row.signal];
    const limit = `${row.fires} the limit of ${formatValue(row.threshold, unit)}`;
    const text = `${row.summary}: ${title.toLowerCase()} ${formatValue(reading.value, unit)}, ${limit}`;
    // The keys of `alerts` are the names.
    return [{ severity: row.severity, text, alert: name as AlertName, runbook: row.runbook }];
  });
}

/** On every server; one that was not read may have it on. */
export function isOffEverywhere(flags: Findings['flags']): boolean {
  const servers = flags?.servers ?? [];
  return (
    servers.length > 0 &&
    servers.every((row) => 'flags' in row && !isOnForAny(row.flags.use_state_persistence))
  );
}

/** Wanted or not, while it is off nothing new is saved. */
function flagReasons(flags: Findings['flags']): Reason[] {
  const servers = flags?.servers ?? [];
  const off = servers.filter((row) => 'flags' in row && !isOnForAny(row.flags.use_state_persistence));
  if (off.length === 0) return [];
  const where = isOffEverywhere(flags) ? 'every server' : `${off.length} of ${servers.length} servers`;
  return [
    {
      severity: 'warning',
      text: `State persistence is switched off on ${where}: its games are only in memory`,
    },
  ];
}

function unpersistedReasons({ unpersisted }: Findings): Reason[] {
  if (!unpersisted) return [];
  const { games, deferred, oldestSeconds } = unpersisted;
  const graceSeconds = games === deferred ? deferredGraceSeconds : unpersistedGraceSeconds;
  if (games === 0 || oldestSeconds < graceSeconds) return [];
  const who = games === 1 ? '1 game is' : `${formatValue(games, 'games')} games are`;
  const text = `${who} only in memory, the oldest for ${formatDuration(oldestSeconds * 1000)}`;
  return [{ severity: 'warning', text, runbook: alerts.CircuitBreakerOpen.runbook }];
}

/** No write brings them together, so they wait for somebody. */
function divergedReasons(memory: Findings['memory']): Reason[] {
  const diverged = divergedIn(memory);
  if (diverged.length === 0) return [];
  const names = namesOf(
    diverged.map(
      ({ id, revision, stored_revision: stored }) => `${id} (revision ${revision}, storage is at ${stored})`,
    ),
  );
  const text = `In memory another way than in storage, and a person must choose: ${names}`;
  return [{ severity: 'warning', text }];
}

/** Done is done: after this time a loss is history, which `status` still lists. */
const lostIsNewsMs = 15 * 60_000;

function lostReasons(memory: Findings['memory'], nowMs: number): Reason[] {
  const lost = lostIn(memory).filter(({ at }) => nowMs - Date.parse(at) < lostIsNewsMs);
  if (lost.length === 0) return [];
  const transitions = lost.reduce((sum, game) => sum + game.transitions, 0);
  const count = transitions === 1 ? '1 transition' : `${transitions} transitions`;
  const names = namesOf(lost.map(({ id, why }) => `${id} (${why})`));
  return [{ severity: 'warning', text: `Lost, for storage never took them: ${count} of ${names}` }];
}
