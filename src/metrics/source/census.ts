/** Figures counted in the backend itself, for where no game server tells any: how many games, how much storage. */
import { interruptible, throwIfInterrupted } from '../../backend/interruptible.ts';
import type { Backend, Census } from '../../backend/port.ts';
import type { Clock } from '../../base/clock.ts';
import { asFault, Fault } from '../../base/fault.ts';
import { type MetricSource, type Reading, type Readings, type SignalId, signals } from '../source.ts';
import { createHistory } from './history.ts';

interface CensusOptions {
  readonly backend: Pick<Backend, 'census' | 'location'>;
  readonly clock: Clock;
}

const restMs = 5_000;
/** A count costs a scan: it may take this share of the time at most. */
const busyShare = 0.1;
const historyPoints = 720;

const signalIds = Object.keys(signals) as SignalId[];

/**
 * The first read waits for a count; later ones tell how the newest count ended, with the time it was taken. A count
 * serves all, so no caller's signal ends it; closing the backend does.
 */
export function createCensusSource({ backend, clock }: CensusOptions): MetricSource {
  let newest: Readings | Fault | undefined;
  let underWay: Promise<void> | undefined;
  let nextAtMs = 0;
  const history = createHistory(historyPoints);

  const take = async () => {
    const startedAtMs = clock.now();
    newest = await backend.census().then(readingsOf(backend.location), (thrown) => asFault(thrown));
    history.record(clock.now(), newest instanceof Fault ? undefined : newest.signals);
    nextAtMs = clock.now() + Math.max(restMs, (clock.now() - startedAtMs) / busyShare);
    underWay = undefined;
  };

  return {
    name: `a count in ${backend.location}`,
    history: history.points,
    async read(signal) {
      throwIfInterrupted(signal);
      if (clock.now() >= nextAtMs) underWay ??= take();
      const counting = underWay;
      if (newest === undefined && counting) await interruptible(() => counting, signal);
      if (newest === undefined || newest instanceof Fault)
        throw newest ?? new Fault('internal', 'Nothing was counted');
      return newest;
    },
  };
}

const readingsOf =
  (target: string) =>
  ({ atMs, games, usedBytes, limitBytes }: Census): Readings => {
    const counted: Partial<Record<SignalId, Reading>> = {
      activeGames: sumOf(games.filter(({ phase }) => phase !== 'GAME_OVER').map(gamesInPhase)),
      ...storageOf(usedBytes, limitBytes),
    };
    const entries = signalIds.map((id) => [id, counted[id] ?? notCounted] as const);
    // Each id has its entry.
    return {
      atMs,
      windowMs: 0,
      signals: Object.fromEntries(entries) as Readings['signals'],
      targets: [{ target, coveredMs: 0 }],
    };
  };

const notCounted: Reading = { kind: 'none', why: 'only game servers can tell: set GAME_SERVER_URLS' };

function storageOf(usedBytes: Census['usedBytes'], limitBytes: number | undefined) {
  const used = Object.entries(usedBytes);
  if (used.length === 0) return { storageUsed: notTold, storageLimit: notTold };
  const noLimit: Reading = { kind: 'none', why: 'the backend has no limit set' };
  return {
    storageUsed: sumOf(used),
    storageLimit: limitBytes === undefined ? noLimit : ({ kind: 'value', value: limitBytes } as const),
  };
}

const notTold: Reading = { kind: 'none', why: 'the backend does not tell this user (Redis: allow INFO)' };

const gamesInPhase = ({ layout, phase, count }: Census['games'][number]) =>
  [layout === 'legacy' ? `${phase} (legacy)` : phase, count] as const;

function sumOf(parts: readonly (readonly [string, number])[]): Reading {
  return {
    kind: 'value',
    value: parts.reduce((sum, [, value]) => sum + value, 0),
    by: Object.fromEntries(parts),
  };
}
