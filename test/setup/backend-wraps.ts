/** Every wrapper that lets all calls through. */
import { onTestFinished } from 'vitest';
import { withBreaker } from '../../src/backend/breaker.ts';
import { withDualWrite } from '../../src/backend/dual-write/dual-write.ts';
import { openEmbedded } from '../../src/backend/embedded/embedded.ts';
import { observed } from '../../src/backend/observed.ts';
import type { Backend } from '../../src/backend/port.ts';
import { retryReads } from '../../src/backend/retry.ts';
import { systemClock } from '../../src/base/clock.ts';
import { tempFolder } from './temp-folder.ts';

export type Wrap = (backend: Backend) => Backend;

export const wraps: Readonly<Record<string, Wrap>> = {
  observed: (backend) => observed(backend, { operation() {} }),
  'with a breaker': (backend) => withBreaker(backend, systemClock),
  'with dual writes': (backend) => {
    const secondary = openEmbedded({ folder: tempFolder(), clock: systemClock });
    const dual = withDualWrite(backend, secondary, { clock: systemClock });
    onTestFinished(() => dual.close());
    return dual;
  },
  'with retries': (backend) => retryReads(backend, { clock: systemClock }),
};

export const allWraps: Wrap = (backend) => Object.values(wraps).reduce((inner, wrap) => wrap(inner), backend);
