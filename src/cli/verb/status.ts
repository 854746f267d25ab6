import { Fault } from '../../base/fault.ts';
import { formatAge, formatBytes, formatDuration, formatElapsed, formatValue } from '../../base/units.ts';
import type { Settings } from '../../config/settings.ts';
import { gamesText, namesOf } from '../../game/record-words.ts';
import { coveredBy, type Readings, type SignalId, signals } from '../../metrics/source.ts';
import { lostIn, waitingIn } from '../../status/memory.ts';
import type { ServerStatus, Status } from '../../status/status.ts';
import { exit } from '../exit.ts';
import { takeFirstScrape } from '../first-scrape.ts';
import { table } from '../table.ts';
import type { VerbRun } from '../verb.ts';

const lostShown = 10;

export const run: VerbRun = async ({ world, signal }) => {
  await takeFirstScrape(world, signal);
  const read = await world.statusReader({ waitsForCounts: true, readsBackups: true });
  const status = await read(signal);
  return {
    exit: isWhole(status) ? exit.done : exit.inPart,
    result: status,
    text: () => statusLines(status, world.settings),
  };
};

const isWhole = ({ unread, verdict, backups }: Status) =>
  unread.length === 0 && verdict !== 'unknown' && !(backups instanceof Fault);

function statusLines(status: Status, { environment, profile, backupMaxAgeMs }: Settings): string[] {
  const by = profile === undefined ? '' : ` (profile ${profile})`;
  return [
    `${status.verdict.toUpperCase()}  ${environment}${by}  ${status.backend.location}  ${sinceWords(status)}`,
    unpersistedLine(status),
    ...lostLines(status),
    ...backupLines(status, backupMaxAgeMs),
    ...status.reasons.map((reason) => `${reason.severity}: ${reason.text}`),
    ...(status.runbook ? [`Open: gamekeeper runbook walk ${status.runbook}`] : []),
    ...status.doubts.map((doubt) => `in doubt: ${doubt}`),
    ...status.unread.map(({ fault }) => `not read: ${fault.message}`),
    '',
    ...readingLines(status.readings),
    '',
    ...storageLines(status),
    ...table(status.servers.map(serverRow)),
  ];
}

function sinceWords({ since, atMs }: Status): string {
  return `for ${since.atLeast ? 'at least ' : ''}${formatElapsed(atMs - since.atMs)}`;
}

function unpersistedLine({ unpersisted, memory }: Status): string {
  if (!unpersisted) return 'Lost if the servers restarted now: unknown';
  if (unpersisted.games === 0) return 'Lost if the servers restarted now: nothing';
  const { games, oldestSeconds } = unpersisted;
  const names = namesOf(waitingIn(memory).map(({ id }) => id));
  return `Lost if the servers restarted now: up to ${formatElapsed(oldestSeconds * 1000)} of ${formatValue(games, 'games')} games${names && `: ${names}`}`;
}

/** What the servers remember of it, whenever it was. */
function lostLines({ memory, atMs }: Status): string[] {
  const lost = lostIn(memory);
  const rows = lost.slice(0, lostShown).map(({ id, transitions, at, why }) => {
    const ago = formatElapsed(Math.max(0, atMs - Date.parse(at)));
    return `  ${id}: ${transitions} transitions, ${ago} ago (${why})`;
  });
  if (rows.length === 0) return [];
  const more = lost.length > rows.length ? [`  and ${lost.length - rows.length} more`] : [];
  return ['Lost, for storage never took them:', ...rows, ...more];
}

function backupLines({ backups, atMs }: Status, maxAgeMs: number): string[] {
  if (!backups) return [];
  if (backups instanceof Fault) return [`Backups not read: ${backups.message}`];
  const { newest, verified, failures = 0 } = backups;
  const ageMs = verified && Math.max(0, atMs - verified.startedAtMs);
  const limit = `limit ${formatAge(maxAgeMs)}`;
  const age =
    ageMs === undefined
      ? `NONE VERIFIED (${limit})`
      : `newest verified ${formatElapsed(ageMs)} old (${limit})${ageMs > maxAgeMs ? ', TOO OLD' : ''}`;
  const facts = newest
    ? [
        `the newest took ${formatDuration(newest.endedAtMs - newest.startedAtMs)}`,
        gamesText(newest.games),
        formatBytes(newest.storedBytes),
      ]
    : [];
  const failed = failures > 0 ? [`${failures} failed since`] : [];
  return [`Backups: ${[age, ...facts, ...failed].join('; ')}`];
}

function readingLines(readings: Readings | Fault): string[] {
  if (readings instanceof Fault) return [`No figures: ${readings.message}`];
  const coveredMs = coveredBy(readings);
  const window = coveredMs > 0 ? [`Rates over the last ${formatElapsed(coveredMs)}:`] : [];
  return window.concat(
    table(
      (Object.keys(signals) as SignalId[]).filter(isOfThisPlatform(readings)).map((id) => {
        const { title, unit } = signals[id];
        const reading = readings.signals[id];
        if (reading.kind === 'none') return [title, 'no data', reading.why];
        const by = Object.entries(reading.by ?? {}).map(
          ([label, value]) => `${label} ${formatValue(value, unit)}`,
        );
        return [title, formatValue(reading.value, unit), by.join(', ')];
      }),
    ),
  );
}

/** Where no server reports dual writes there are none. */
const isOfThisPlatform =
  ({ signals }: Readings) =>
  (id: SignalId) =>
    !id.startsWith('dualWrite') || signals[id].kind === 'value';

function storageLines({ storages, atMs }: Status): string[] {
  if (!storages) return [];
  const rows = storages.map(({ role, location, counted }) => {
    const cells = [`Games on the ${role}`, location];
    if (!counted) return [...cells, 'still being counted'];
    if (counted instanceof Fault) return [...cells, 'not counted', counted.message];
    const { current, legacy } = counted.games;
    const games = formatValue(current + legacy, 'games');
    const age = `counted ${formatElapsed(Math.max(0, atMs - counted.atMs))} ago`;
    return [
      ...cells,
      games,
      `${formatValue(current, 'games')} current, ${formatValue(legacy, 'games')} legacy`,
      age,
    ];
  });
  return [...table(rows), ''];
}

function serverRow({ server, healthy, breaker, fault }: ServerStatus): string[] {
  if (fault) return [server, 'not read', fault.message];
  const health = healthy === undefined ? 'unknown' : healthy ? 'healthy' : 'UNHEALTHY';
  return [server, health, breaker ? `breaker ${breaker.state}` : 'breaker unknown'];
}
