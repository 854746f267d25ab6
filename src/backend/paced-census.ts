import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import { interruptible, throwIfInterrupted } from '../base/interruptible.ts';
import type { Backend, Census } from './port.ts';

interface PacedOptions {
  readonly backend: Pick<Backend, 'census'>;
  readonly clock: Clock;
  /** Told of each count as it ends. */
  readonly told?: (counted: Census | Fault) => void;
}

const restMs = 5_000;
/** A count costs a scan: it may take this share of the time at most. */
const busyShare = 0.1;

/**
 * Counts whose cost is bounded. The first call waits; later ones get how the newest count ended, with the time it was
 * taken. A count serves all, so no caller's signal ends it; closing the backend does.
 */
export function createPacedCensus({ backend, clock, told = () => {} }: PacedOptions) {
  let newest: Census | Fault | undefined;
  let underWay: Promise<void> | undefined;
  let nextAtMs = 0;

  const take = async () => {
    const startedAtMs = clock.now();
    newest = await backend.census().catch((thrown) => asFault(thrown));
    told(newest);
    nextAtMs = clock.now() + Math.max(restMs, (clock.now() - startedAtMs) / busyShare);
    underWay = undefined;
  };

  return async (signal?: AbortSignal): Promise<Census> => {
    throwIfInterrupted(signal);
    if (clock.now() >= nextAtMs) underWay ??= take();
    const counting = underWay;
    if (newest === undefined && counting) await interruptible(() => counting, signal);
    if (newest === undefined || newest instanceof Fault)
      throw newest ?? new Fault('internal', 'Nothing was counted');
    return newest;
  };
}
