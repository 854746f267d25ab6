/** The panels of the Overview as data: which figures, which charts, what each says. No layout, no colour codes. */
import { Fault } from '../src/base/fault.ts';
import type { FeedState } from '../src/base/feed.ts';
import { formatAge, formatValue } from '../src/base/units.ts';
import { type Reading, type Readings, type SignalId, signals } from '../src/metrics/source.ts';
import { type AlertRow, alerts, conditionHolds } from '../src/monitoring/alerts.ts';
import type { Status } from '../src/status/status.ts';
import { shortServer, summariseFlags } from './flag-summary.ts';
import { type Age, ageOf, type Figures, noAge } from './readings.ts';
import type { Tone } from './theme.ts';

export interface Figure {
  readonly signal: SignalId;
  readonly title: string;
  readonly value: string;
  readonly tone: Tone;
  /** What the value is to be held against: `limit 5 %`. */
  readonly note: string;
  /** Why there is no value. */
  readonly absent: string | undefined;
  readonly worst: 'highest' | 'lowest';
}

export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly age: Age;
  readonly figures: readonly Figure[];
  /** Which figure's points the panel draws. */
  readonly chart: SignalId | undefined;
  /** What no single figure can say: phases, breakers, flags. */
  readonly details: readonly Detail[];
}

export interface Detail {
  readonly label: string;
  readonly items: readonly { readonly text: string; readonly tone: Tone }[];
}

interface FigureRow {
  readonly title: string;
  readonly worst?: 'lowest';
  /** Its signal may be another than the one shown. */
  readonly alert?: AlertRow;
  readonly note?: (readings: Readings) => string;
  /** Anything but zero is wrong. */
  readonly wantsZero?: true;
}

interface PanelRow {
  /** Not there at all where its chart's signal has no data: for what most platforms do not have. */
  readonly optional?: true;
  readonly title: string;
  readonly chart: SignalId;
  readonly figures: Partial<Record<SignalId, FigureRow>>;
}

const rows: Readonly<Record<string, PanelRow>> = {
  transitions: {
    title: 'Transitions',
    chart: 'transitions',
    figures: { transitions: { title: 'Transitions' } },
  },
  errors: {
    title: 'Error ratio',
    chart: 'errorRatio',
    figures: { errorRatio: { title: 'Error ratio', alert: alerts.HighStateErrorRate } },
  },
  latency: {
    title: 'Latency',
    chart: 'latencyP99',
    figures: {
      latencyP50: { title: 'Latency p50' },
      latencyP95: { title: 'Latency p95' },
      latencyP99: { title: 'Latency p99', alert: alerts.SlowStateOperations },
    },
  },
  cache: {
    title: 'Cache hits',
    chart: 'cacheHitRatio',
    figures: { cacheHitRatio: { title: 'Cache hits', worst: 'lowest', alert: alerts.LowCacheHitRate } },
  },
  games: {
    title: 'Active games',
    chart: 'activeGames',
    figures: { activeGames: { title: 'Active games' } },
  },
  storage: {
    title: 'Storage used',
    chart: 'storageUsed',
    figures: {
      storageUsed: { title: 'Storage used', alert: alerts.HighStorageUsage, note: storageNote },
    },
  },
  snapshots: {
    title: 'Snapshots',
    chart: 'snapshots',
    figures: { snapshots: { title: 'Snapshots', note: snapshotNote } },
  },
  recoveries: {
    title: 'Recoveries',
    chart: 'recoveries',
    figures: {
      recoveries: { title: 'Recoveries', alert: alerts.StateRecoveryFailures, note: recoveryNote },
    },
  },
  dualWrites: {
    title: 'Dual writes',
    chart: 'dualWriteDiverging',
    optional: true,
    figures: {
      dualWriteDiverging: { title: 'Diverging', wantsZero: true, note: dualWriteNote },
    },
  },
};

/** Panels of figures, in the order in which they are read. */
export function figurePanels(
  { readings, problem }: Figures,
  nowMs: number,
  intervalMs: number,
): readonly Panel[] {
  const age = readings ? ageOf(readings.atMs, nowMs, { failed: problem !== undefined, intervalMs }) : noAge;
  const there = Object.entries(rows).filter(
    ([, { optional, chart }]) => !optional || readings?.signals[chart].kind === 'value',
  );
  return there.map(([id, { title, chart, figures }]) => ({
    id,
    title,
    age,
    chart,
    figures: Object.entries(figures).map(([signal, row]) =>
      // Object.entries forgets that the keys of a Record of SignalId are SignalId.
      figureOf(signal as SignalId, row, readings, problem),
    ),
    details: id === 'games' && readings ? phaseDetails(readings.signals.activeGames) : [],
  }));
}

function figureOf(
  signal: SignalId,
  row: FigureRow,
  readings: Readings | undefined,
  problem: string | undefined,
): Figure {
  const reading = readings?.signals[signal] ?? { kind: 'none' as const, why: problem ?? 'not read yet' };
  const base = { signal, title: row.title, worst: row.worst ?? ('highest' as const) };
  if (reading.kind === 'none' || readings === undefined) {
    const why = reading.kind === 'none' ? reading.why : (problem ?? '');
    return { ...base, value: 'no data', tone: 'quiet', note: '', absent: why };
  }
  const { alert } = row;
  const over = alert !== undefined && conditionHolds(alert, readings.signals[alert.signal]) === true;
  const wrong = row.wantsZero && reading.value > 0;
  return {
    ...base,
    value: formatValue(reading.value, signals[signal].unit),
    tone: over ? (alert.severity === 'critical' ? 'bad' : 'warn') : wrong ? 'bad' : 'plain',
    note: row.note?.(readings) || (alert && over ? limitNote(alert) : ''),
    absent: undefined,
  };
}

const limitNote = ({ signal, fires, threshold }: AlertRow): string =>
  `! ${fires} ${formatValue(threshold, signals[signal].unit)}`;

const numberOf = (reading: Reading): number | undefined =>
  reading.kind === 'value' ? reading.value : undefined;

function storageNote({ signals: { storageUsed, storageLimit } }: Readings): string {
  const [used, limit] = [numberOf(storageUsed), numberOf(storageLimit)];
  if (limit === undefined || used === undefined || limit <= 0) return '';
  return `${formatValue(used / limit, 'ratio')} of ${formatValue(limit, 'bytes')}`;
}

function snapshotNote({ signals: { snapshotFailures } }: Readings): string {
  const failed = numberOf(snapshotFailures) ?? 0;
  return failed > 0 ? `! ${formatValue(failed, 'per-minute')} failed` : '';
}

function recoveryNote({ signals: { recoveryFailureRatio } }: Readings): string {
  const failed = numberOf(recoveryFailureRatio) ?? 0;
  return failed > 0 ? `! ${formatValue(failed, 'ratio')} failed` : '';
}

/** In words where the secondary does not have what the primary has. */
function dualWriteNote({ signals: { dualWriteDiverging, dualWriteWaiting } }: Readings): string {
  const waiting = numberOf(dualWriteWaiting) ?? 0;
  const behind = waiting > 0 ? `${formatValue(waiting, 'games')} writes wait` : '';
  if ((numberOf(dualWriteDiverging) ?? 0) > 0) return `! games differ${behind === '' ? '' : `, ${behind}`}`;
  return behind === '' ? 'both have the same' : behind;
}

function phaseDetails(reading: Reading): readonly Detail[] {
  if (reading.kind === 'none' || !reading.by) return [];
  const items = Object.entries(reading.by)
    .filter(([, games]) => games > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([phase, games]) => ({ text: `${phase} ${formatValue(games, 'games')}`, tone: 'plain' as const }));
  return items.length > 0 ? [{ label: 'by phase', items }] : [];
}

/** One word a server, those that are not closed first. */
export function breakerPanel({ last }: FeedState<Status>, age: Age, nowMs: number): Panel {
  const servers = last?.value.servers ?? [];
  const items = servers
    .map(({ server: base, breaker, fault }) => {
      const server = shortServer(base);
      if (!breaker)
        return { rank: 1, tone: 'warn' as const, text: `${server} ? ${fault?.message ?? 'not read'}` };
      const since = formatAge(nowMs - breaker.changedAtMs);
      if (breaker.state === 'open') return { rank: 0, tone: 'bad' as const, text: `${server} OPEN ${since}` };
      if (breaker.state === 'half_open')
        return { rank: 0, tone: 'warn' as const, text: `${server} HALF OPEN ${since}` };
      return { rank: 2, tone: 'good' as const, text: `${server} closed` };
    })
    .sort((a, b) => a.rank - b.rank);
  const none = { text: last ? 'no game server is configured' : 'not read yet', tone: 'quiet' as const };
  return {
    id: 'breakers',
    title: 'Breakers',
    age,
    figures: [],
    chart: undefined,
    details: [{ label: 'Breakers', items: items.length > 0 ? items : [none] }],
  };
}

/** How many games each of two storages has, where there are two; none where there is one. */
export function storagePanels({ last }: FeedState<Status>, age: Age): readonly Panel[] {
  const { storages } = last?.value ?? {};
  if (!storages) return [];
  const counts = storages.map(({ counted }) =>
    counted && !(counted instanceof Fault) ? gamesIn(counted) : undefined,
  );
  const [one, ...others] = counts;
  const differ = one !== undefined && others.some((other) => other !== undefined && other !== one);
  const items = storages.map(({ role, counted }, index) => {
    const games = counts[index];
    if (games !== undefined)
      return { text: `${role} ${formatValue(games, 'games')}`, tone: 'plain' as const };
    const why = counted instanceof Fault ? counted.message : 'being counted';
    return { text: `${role} ? ${why}`, tone: 'warn' as const };
  });
  return [
    {
      id: 'storages',
      title: 'Games in both storages',
      age,
      figures: [],
      chart: undefined,
      details: [
        {
          label: 'Storages',
          items: differ ? [{ text: 'COUNTS DIFFER', tone: 'bad' }, ...items] : items,
        },
      ],
    },
  ];
}

const gamesIn = ({ games }: { readonly games: Readonly<Record<string, number>> }): number =>
  Object.values(games).reduce((sum, count) => sum + count, 0);

export function flagPanel({ last, latest }: FeedState<Status>, age: Age): Panel {
  const why = latest?.kind === 'failed' ? latest.fault.message : 'not read yet';
  const none = last ? 'no game server is configured' : `no data: ${why}`;
  const items = last?.value.flags
    ? summariseFlags(last.value.flags).map(({ text, tone }) => ({ text, tone }))
    : [{ text: none, tone: 'quiet' as const }];
  return {
    id: 'flags',
    title: 'Flags',
    age,
    figures: [],
    chart: undefined,
    details: [{ label: 'Flags', items }],
  };
}
