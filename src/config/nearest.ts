/** The candidate that was probably meant: one or two slips away, fewer in short words. */
export function nearest(given: string, candidates: readonly string[]): string | undefined {
  const slips = (candidate: string) => distance(given.toUpperCase(), candidate.toUpperCase());
  const allowed = given.length < 6 ? 1 : 2;
  return candidates
    .map((candidate) => ({ candidate, slips: slips(candidate) }))
    .filter(({ slips: count }) => count <= allowed)
    .sort((one, other) => one.slips - other.slips)[0]?.candidate;
}

/** Letters to add, drop, change or swap with their neighbour. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped && row > 1 && column > 1 ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = next;
  }
  return last[other.length] ?? 0;
}
