import { Fault } from './fault.ts';

/** Rejects with Fault `interrupted`, or the signal's own, as soon as the signal fires. What the work has sent by then may still take effect. */
export async function interruptible<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work();
  throwIfInterrupted(signal);
  const { promise: interruption, reject } = Promise.withResolvers<never>();
  const interrupt = () => reject(interrupted(signal));
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await Promise.race([work(), interruption]);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted(signal);
}

export function interrupted(signal: AbortSignal): Fault {
  return stopOf(signal) ?? new Fault('interrupted', 'Interrupted', { cause: signal.reason });
}

/** What a signal was fired with that nobody's interruption was. */
export const stopOf = ({ reason }: AbortSignal): Fault | undefined =>
  reason instanceof Fault ? reason : undefined;

export const isInterrupted = (signal: AbortSignal): boolean => signal.aborted && !stopOf(signal);
