import { asFault, Fault } from '../../base/fault.ts';
import type { Backend, Refusal, Refusals } from '../port.ts';

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
  if (second instanceof Fault) return { of: first.of, unknown: second };
  return { of: (record) => first.of(record) ?? bySecondary(second.of(record)) };
}

const bySecondary = (refusal: Refusal | undefined): Refusal | undefined =>
  refusal && { ...refusal, by: 'secondary' };
