import { Fault } from '../base/fault.ts';
import { intercept } from './intercept.ts';
import type { Backend } from './port.ts';

/** Refuses every write aloud: one that is swallowed would look like one that worked. */
export function refuseWrites(backend: Backend): Backend {
  return intercept(backend, async ({ operation, effect }, next) => {
    if (effect === 'read') return next();
    throw new Fault('read-only', `${operation} was refused: this session may only read`, {
      next: 'Start again without --read-only',
    });
  });
}
