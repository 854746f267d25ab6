import type { Plan } from '../action/plan.ts';
import { Fault } from '../base/fault.ts';
import type { World } from '../compose/world.ts';

/** @throws Fault `read-only` for a plan that changes the target in a read-only session */
export function refuseReadOnly({ readOnly }: Pick<World, 'readOnly'>, { effect, action, place }: Plan): void {
  if (!readOnly || effect === 'local') return;
  throw new Fault('read-only', `${action} changes ${place}, and this is a read-only session`, {
    next: 'Start it again without --read-only',
  });
}
