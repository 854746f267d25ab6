import { intercept } from '../../src/backend/intercept.ts';
import type { PrimaryBackend } from '../../src/backend/port.ts';
import { Fault } from '../../src/base/fault.ts';

/** For a process that is killed at its write to a game of this number (from 0), before or after it took effect: nothing works then. */
export function killedAtWrite(inner: PrimaryBackend, dyingWrite: number, after: boolean): PrimaryBackend {
  let writes = 0;
  const dead = new Fault('backend-unreachable', 'killed');
  return intercept(inner, async ({ operation, effect }, next) => {
    if (writes > dyingWrite) throw dead;
    if (effect === 'read' || operation === 'changeLock' || writes++ < dyingWrite) return next();
    if (after) await next();
    throw dead;
  });
}
