/** Figures straight from the servers' /metrics: works where there is no Prometheus, and when it is down. */

import type { Clock } from '../../base/clock.ts';
import { asFault, Fault } from '../../base/fault.ts';
import { type Fetch, sendRequest } from '../../base/http.ts';
import { throwIfInterrupted } from '../../base/interruptible.ts';
import type { MetricSource, Reading, Readings, SignalId, TargetRow } from '../source.ts';
import { parseExposition } from './exposition.ts';
import { createHistory } from './history.ts';
import { shared } from './shared.ts';
import { compute } from './signals.ts';
import { advance, type Scrape, type TargetWindow } from './window.ts';

interface ScrapeOptions {
  /** URLs of the text to read, with their path. */
  readonly targets: readonly string[];
  readonly clock: Clock;
  readonly fetch?: Fetch;
  /** What rates and quantiles cover, once so much time has been watched. */
  readonly windowMs?: number;
  readonly historyPoints?: number;
  readonly timeoutMs?: number;
}

// `compute` has one row for each signal, and no other.
const signalIds = Object.keys(compute) as SignalId[];

export function createScrapeSource(options: ScrapeOptions): MetricSource {
  const { targets, clock, windowMs = 60_000, historyPoints = 3600 } = options;
  const windows = new Map<string, TargetWindow>();
  let round = 0;
  const history = createHistory(historyPoints);

  const scrapeAll = async (signal: AbortSignal): Promise<Readings> => {
    round += 1;
    const asked = { ...options, round };
    const results = await Promise.all(targets.map((target) => scrapeTarget(target, asked, signal)));
    throwIfInterrupted(signal);
    const answered = results.flatMap((result) => {
      if ('fault' in result) return [];
      const window = advance(windows.get(result.target), result.scrape, windowMs);
      windows.set(result.target, window);
      return [window];
    });
    if (answered.length === 0) {
      history.record(clock.now());
      throw noAnswer(results);
    }
    const readings = readAll(answered);
    const atMs = Math.max(...answered.map(({ latest }) => latest.atMs));
    history.record(atMs, readings);
    return {
      atMs,
      windowMs,
      signals: readings,
      targets: results.map((result) => rowOf(result, windows.get(result.target)?.coveredMs)),
    };
  };

  return {
    name: `scrape of ${targets.length} ${targets.length === 1 ? 'target' : 'targets'}`,
    history: history.points,
    read: shared(scrapeAll),
  };
}

type Scraped = { readonly target: string } & ({ readonly scrape: Scrape } | { readonly fault: Fault });

async function scrapeTarget(
  target: string,
  options: ScrapeOptions & { readonly round: number },
  signal: AbortSignal,
): Promise<Scraped> {
  const { fetch, clock, round, timeoutMs = 2000 } = options;
  const outcome = await sendRequest({ url: target, timeoutMs, ...(fetch ? { fetch } : {}) }, signal);
  if (outcome.kind !== 'answered') return { target, fault: outcome.fault };
  if (outcome.status !== 200) return { target, fault: badStatus(outcome.status) };
  try {
    return { target, scrape: { round, atMs: clock.now(), samples: parseExposition(outcome.body) } };
  } catch (thrown) {
    return { target, fault: asFault(thrown) };
  }
}

function readAll(fleet: readonly TargetWindow[]): Readings['signals'] {
  const rows = signalIds.map((id) => [id, compute[id](fleet)] as const);
  // Holds: the keys are all of `compute`, which has one for each signal.
  return Object.fromEntries(rows) as Record<SignalId, Reading>;
}

function rowOf(result: Scraped, coveredMs: number | undefined): TargetRow {
  const { target } = result;
  return 'fault' in result ? { target, fault: result.fault } : { target, coveredMs: coveredMs ?? 0 };
}

function badStatus(status: number): Fault {
  return new Fault('platform-failed', `The target answered with status ${status}`, {
    next: 'Check METRICS_URLS and the server’s log',
    retryable: status >= 500,
  });
}

function noAnswer(results: readonly Scraped[]): Fault {
  const faults = results.flatMap((result) => ('fault' in result ? [result.fault] : []));
  const why = faults[0]?.message ?? 'none is configured';
  return new Fault('platform-unreachable', `No metrics target of ${results.length} could be read: ${why}`, {
    next: 'Check METRICS_URLS and that the game servers run',
    retryable: true,
    cause: faults[0],
  });
}
