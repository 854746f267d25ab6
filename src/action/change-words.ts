/** The changes of a plan, the same in the console and the CLI. */
import type { Change } from './plan.ts';

export const effectOrder = ['delete', 'update', 'create', 'skip', 'unchanged'] as const;

/**
 * What is lost before what is made: a long plan is not read to its end. What stays as it is comes last where it says
 * why, and is only counted where it does not.
 */
export const listedChanges = (changes: readonly Change[]): readonly Change[] =>
  effectOrder.flatMap((wanted) =>
    changes.filter(({ effect, why }) => effect === wanted && (effect !== 'unchanged' || why !== undefined)),
  );

export const countEffect = (changes: readonly Change[], wanted: Change['effect']): number =>
  changes.reduce((count, { effect }) => (effect === wanted ? count + 1 : count), 0);
