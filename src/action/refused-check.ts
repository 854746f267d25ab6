import { namesOf } from '../game/record-words.ts';
import type { Check } from './action.ts';

const namedAtMost = 20;

/** Games that were asked for and that the plan said would stay as they are: that is not all done. */
export function refusedCheck(labels: readonly string[]): Check[] {
  if (labels.length === 0) return [];
  return [{ name: 'Games that were refused', kind: 'fail', found: namesOf(labels, namedAtMost) }];
}
