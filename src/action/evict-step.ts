import { Fault } from '../base/fault.ts';
import type { AdminClient, Evicted } from '../platform/admin.ts';
import { findHolders, type Holder } from '../platform/held-games.ts';
import type { Step, StepOutcome } from './action.ts';

/** Evictions under way at once. */
const parallel = 8;
const namedAtMost = 5;

interface EvictStepOptions {
  readonly name: string;
  readonly admin: Pick<AdminClient, 'find' | 'evict'>;
  readonly ids: readonly string[];
  /** Games of which the plan said that what only memory has will be lost. */
  readonly discards: ReadonlySet<string>;
}

/**
 * Has every server that holds one of these games now bring storage up to date and let go of it. Safe to repeat. A server
 * that could not be asked is in the note: the plan said so before.
 */
export function evictStep({ name, admin, ids, discards }: EvictStepOptions): Step {
  return {
    name,
    async run({ signal, progress }) {
      const { of, unasked } = await findHolders(admin, ids, signal);
      const held = [...of].flatMap(([id, holders]) => holders.map((holder) => ({ id, holder })));
      const evicted: { id: string; answer: Evicted }[] = [];
      const evict = async ({ id, holder: { server } }: { id: string; holder: Holder }) => {
        const answer = await admin.evict(server, id, { discard: discards.has(id) }, signal);
        evicted.push({ id, answer });
        progress(evicted.length, held.length, 'games');
      };
      for (let at = 0; at < held.length && !signal.aborted; at += parallel) {
        await Promise.all(held.slice(at, at + parallel).map(evict));
      }
      return outcomeOf(held.length, evicted, unasked.length);
    },
  };
}

function outcomeOf(
  held: number,
  evicted: readonly { readonly id: string; readonly answer: Evicted }[],
  unasked: number,
): StepOutcome {
  const gone = evicted.filter(({ answer }) => answer.kind === 'evicted');
  const kept = evicted.flatMap(({ id, answer }) => {
    if (answer.kind === 'refused') return [`${id} (${answer.server}: ${answer.why})`];
    return 'fault' in answer ? [`${id} (${answer.fault.message})`] : [];
  });
  const notAsked = unasked > 0 ? `${unasked} servers could not be asked` : '';
  if (kept.length === 0 && evicted.length === held) {
    const count = gone.length > 0 ? `${gone.length} let go` : 'none is held';
    const note = [count, notAsked].filter(Boolean).join('; ');
    return { kind: gone.length > 0 ? 'done' : 'unchanged', note };
  }
  const rest = kept.length > namedAtMost ? [`and ${kept.length - namedAtMost} more`] : [];
  const message = `${gone.length} of ${held} let go; still held: ${[...kept.slice(0, namedAtMost), ...rest].join(', ')}`;
  const fault = new Fault(gone.length > 0 ? 'partial' : 'refused', message, {
    next: 'Wait until the servers save again, then make a new plan',
  });
  return { kind: evicted.some(({ answer }) => answer.kind === 'unknown') ? 'unknown' : 'failed', fault };
}
