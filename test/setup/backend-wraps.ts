/** Every wrapper that lets all calls through. */
import { withBreaker } from '../../src/backend/breaker.ts';
import { observed } from '../../src/backend/observed.ts';
import type { Backend } from '../../src/backend/port.ts';
import { retryReads } from '../../src/backend/retry.ts';
import { systemClock } from '../../src/base/clock.ts';

export type Wrap = (backend: Backend) => Backend;

export const wraps: Readonly<Record<string, Wrap>> = {
  observed: (backend) => observed(backend, { operation() {} }),
  'with a breaker': (backend) => withBreaker(backend, systemClock),
  'with retries': (backend) => retryReads(backend, { clock: systemClock }),
};

export const allWraps: Wrap = (backend) => Object.values(wraps).reduce((inner, wrap) => wrap(inner), backend);
