import { asFault, Fault } from '../../base/fault.ts';
import type { Backend, CapacityRule, Refusal, Refusals } from '../port.ts';

/** What the primary refuses is not written at all; a secondary that cannot be asked keeps nobody from writing. */
export async function refusalsOfBoth(
  primary: Backend,
  secondary: Backend,
  signal?: AbortSignal,
): Promise<Refusals> {
  const [first, second] = await Promise.all([
    primary.refusals(signal),
    secondary.refusals(signal).catch((thrown) => asFault(thrown)),
  ]);
  signal?.throwIfAborted();
  if (second instanceof Fault) return { ...first, unknown: second };
  const capacity = first.capacity && second.capacity ? both(first.capacity, second.capacity) : undefined;
  return {
    of: (record) => first.of(record) ?? bySecondary(second.of(record)),
    ...ruleOf(capacity ?? first.capacity ?? second.capacity),
  };
}

const ruleOf = (capacity: CapacityRule | undefined) => (capacity ? { capacity } : {});

/** They are written one after the other, each with its own limit. */
function both(first: CapacityRule, second: CapacityRule): CapacityRule {
  const limits = [first, second].flatMap(({ writesPerSecond }) => writesPerSecond ?? []);
  return {
    of(record) {
      const [a, b] = [first.of(record), second.of(record)];
      return { reads: a.reads + b.reads, writes: a.writes + b.writes };
    },
    ...(limits.length > 0 ? { writesPerSecond: Math.min(...limits) } : {}),
  };
}

const bySecondary = (refusal: Refusal | undefined): Refusal | undefined =>
  refusal && { ...refusal, by: 'secondary' };
