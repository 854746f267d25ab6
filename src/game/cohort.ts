import { createHash } from 'node:crypto';

/**
 * Whether a game belongs to the first `percentage` of all games. The same answer everywhere and for ever, and who is
 * in at one percentage is in at every higher one. 0 is nobody, 100 everybody.
 */
export function inCohort(id: string, percentage: number): boolean {
  return placeOf(id) < percentage;
}

/** 0 up to but not including 100. */
function placeOf(id: string): number {
  return (createHash('sha256').update(id).digest().readUInt32BE() / 2 ** 32) * 100;
}
