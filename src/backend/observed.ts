import { asFault } from '../base/fault.ts';
import { intercept } from './intercept.ts';
import type { Backend, Observer } from './port.ts';

/**
 * Tells the observer about every call. One that was interrupted says nothing about the backend and is left out.
 *
 * @param monotonicMs rises steadily and has fractions
 */
export function observed(
  backend: Backend,
  observer: Observer,
  monotonicMs: () => number = () => performance.now(),
): Backend {
  return intercept(backend, async ({ operation }, next) => {
    const startMs = monotonicMs();
    const about = () => ({ operation, backend: backend.kind, seconds: (monotonicMs() - startMs) / 1000 });
    const result = await next().catch((thrown: unknown) => {
      const { code } = asFault(thrown);
      if (code !== 'interrupted') observer.operation({ ...about(), outcome: 'error', error: code });
      throw thrown;
    });
    observer.operation({ ...about(), outcome: 'ok' });
    return result;
  });
}
