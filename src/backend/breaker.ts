import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import type { Clock } from '../base/clock.ts';
import { Fault, type FaultCode } from '../base/fault.ts';
import { interruptible } from '../base/interruptible.ts';
import { intercept } from './intercept.ts';
import type { Backend } from './port.ts';

export interface BreakerSettings {
  /** Failures in a row after which it opens. */
  readonly failures: number;
  /** How long it stays open before one call may try again. */
  readonly halfOpenAfterMs: number;
}

export interface BreakerState {
  readonly state: 'closed' | 'open' | 'half_open';
  /** Since when it is closed, or is not: trying again does not count as a change. */
  readonly changedAtMs: number;
}

export interface Breaker {
  state(): BreakerState;
  /** Returns what ends it. */
  onChange(listener: (state: BreakerState) => void): () => void;
}

const defaults: BreakerSettings = { failures: 5, halfOpenAfterMs: 30_000 };

const names = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  // Nobody isolates it.
  [CircuitState.Isolated]: 'open',
} as const;

const failures: readonly FaultCode[] = [
  'backend-unreachable',
  'backend-denied',
  'backend-failed',
  'backend-missing',
];
/** Thrown without asking the backend, so they do not tell that it is well again. */
const silent: readonly FaultCode[] = ['interrupted', 'wrong-use', 'refused'];

/**
 * Spares a failing backend: while open, every call is refused with `backend-unreachable` and its cause is
 * cockatiel's BrokenCircuitError. Calls that arrive while one tries again wait for its outcome.
 */
export function withBreaker(
  backend: Backend,
  clock: Clock,
  settings: BreakerSettings = defaults,
): Backend & { readonly breaker: Breaker } {
  let current: BreakerState = { state: 'closed', changedAtMs: clock.now() };
  const listeners = new Set<(state: BreakerState) => void>();

  const counts = (thrown: unknown): boolean => {
    if (!(thrown instanceof Fault)) return false;
    return failures.includes(thrown.code) || (current.state === 'half_open' && silent.includes(thrown.code));
  };
  const policy = circuitBreaker(handleWhen(counts), {
    halfOpenAfter: settings.halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(settings.failures),
  });
  policy.onStateChange((changed) => {
    const state = names[changed];
    // Trying again and failing is no new trouble: it has not been closed all the while.
    const isSameTrouble = state !== 'closed' && current.state !== 'closed';
    current = { state, changedAtMs: isSameTrouble ? current.changedAtMs : clock.now() };
    for (const listener of listeners) listener(current);
  });

  const guarded = intercept(backend, ({ signal }, next) =>
    interruptible(
      () =>
        policy.execute(next).catch((thrown: unknown) => {
          throw isBrokenCircuitError(thrown) ? openFault(backend, current, thrown) : thrown;
        }),
      signal,
    ),
  );
  const onChange = (listener: (state: BreakerState) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { ...guarded, breaker: { state: () => current, onChange } };
}

function openFault({ location }: Backend, { changedAtMs }: BreakerState, cause: unknown): Fault {
  return new Fault(
    'backend-unreachable',
    `The circuit breaker of ${location} is open since ${new Date(changedAtMs).toISOString()}`,
    { next: 'Find out why the backend fails; the breaker tries again by itself', retryable: true, cause },
  );
}
