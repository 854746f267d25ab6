/** A histogram's bucket: how many observations were at most `upperBound`, those of lower buckets included. */
export interface Bucket {
  readonly upperBound: number;
  readonly count: number;
}

/**
 * As Prometheus' histogram_quantile: linear within the bucket that holds the rank, 0 as the lowest edge, and the
 * highest finite bound when the rank lies beyond it.
 * @param buckets in any order, the one of +Inf among them
 * @returns undefined without observations
 */
export function quantileOf(quantile: number, buckets: readonly Bucket[]): number | undefined {
  const sorted = [...buckets].sort((a, b) => a.upperBound - b.upperBound);
  const last = sorted.at(-1);
  if (!last || last.upperBound !== Number.POSITIVE_INFINITY || last.count === 0) return undefined;
  const rank = quantile * last.count;
  const index = sorted.findIndex(({ count }) => count >= rank);
  const lower = sorted[index - 1] ?? { upperBound: 0, count: 0 };
  const holding = sorted[index];
  if (!holding || holding === last) return sorted.at(-2)?.upperBound;
  const inBucket = holding.count - lower.count;
  if (inBucket === 0) return holding.upperBound;
  return lower.upperBound + ((holding.upperBound - lower.upperBound) * (rank - lower.count)) / inBucket;
}
