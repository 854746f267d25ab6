import type { RecordKey } from '../game/record.ts';
import type { AdminClient } from '../platform/admin.ts';
import { findHolders } from '../platform/held-games.ts';
import type { Step } from './action.ts';
import { type GameOutcome, workThrough } from './bulk.ts';

/** Each may bring storage up to date first. */
const parallelEvictions = 8;

interface EvictStepOptions {
  readonly name: string;
  readonly admin: Pick<AdminClient, 'find' | 'holds' | 'evict'>;
  /** Of games in the current layout: servers hold no others. */
  readonly ids: readonly string[];
  /** Games of which the plan said that what only memory has will be lost. */
  readonly discards: ReadonlySet<string>;
}

interface HeldThere extends RecordKey {
  readonly server: string;
}

/**
 * Has every server that holds one of these games now, whoever held it when the plan was made, bring storage up to date
 * and let go of it. Safe to repeat. A server that cannot be asked is passed over: the plan lists it as unverified.
 */
export function evictStep({ name, admin, ids, discards }: EvictStepOptions): Step {
  return {
    name,
    async run(context) {
      const { of } = await findHolders(admin, ids, context.signal);
      const held = [...of].flatMap(([id, holders]) =>
        holders.map(({ server }): HeldThere => ({ id, layout: 'current', server })),
      );
      if (held.length === 0) return { kind: 'unchanged', note: 'no server holds any of them' };
      return workThrough<HeldThere>(
        {
          total: held.length,
          batches: [held],
          done: 'let go',
          next: 'Wait until the servers save again, then make a new plan',
          parallel: parallelEvictions,
          async one({ id, server }, signal): Promise<GameOutcome> {
            const evicted = await admin.evict(server, id, { discard: discards.has(id) }, signal);
            if (evicted.kind === 'refused') return { kind: 'refused', why: `${server}: ${evicted.why}` };
            if ('fault' in evicted) return { kind: 'refused', why: evicted.fault.message };
            return { kind: evicted.kind === 'evicted' ? 'done' : 'unchanged' };
          },
        },
        context,
      );
    },
  };
}
