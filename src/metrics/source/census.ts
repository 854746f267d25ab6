/** Figures counted in the backend itself, for where no game server tells any: how many games, how much storage. */
import { createPacedCensus } from '../../backend/paced-census.ts';
import type { Backend, Census } from '../../backend/port.ts';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { type MetricSource, type Reading, type Readings, type SignalId, signals } from '../source.ts';
import { createHistory } from './history.ts';

interface CensusOptions {
  readonly backend: Pick<Backend, 'census' | 'location'>;
  readonly clock: Clock;
}

const historyPoints = 720;

const signalIds = Object.keys(signals) as SignalId[];

/** As paced as its counts: a read costs nothing but the first, which waits for one. */
export function createCensusSource({ backend, clock }: CensusOptions): MetricSource {
  const history = createHistory(historyPoints);
  let newest: Readings | undefined;
  const count = createPacedCensus({
    backend,
    clock,
    told(counted) {
      newest = counted instanceof Fault ? undefined : readingsOf(backend.location)(counted);
      history.record(clock.now(), newest?.signals);
    },
  });
  return {
    name: `a count in ${backend.location}`,
    history: history.points,
    async read(signal) {
      const counted = await count(signal);
      return newest ?? readingsOf(backend.location)(counted);
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
