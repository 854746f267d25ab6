/** Sets of revisions, mostly without gaps, as text: `1-50,60`. */
export type Spans = readonly (readonly [first: number, last: number])[];

/** Far above what a game has; counting through a damaged set must end. */
const mostRevisions = 1_000_000;

/** undefined unless this is what formatSpans writes. */
export function parseSpans(text: string): Spans | undefined {
  const spans = text === '' ? [] : text.split(',').map(parseSpan);
  if (formatSpans(spans) !== text || !isRising(spans.flat())) return undefined;
  return spans.reduce((sum, [first, last]) => sum + last - first + 1, 0) <= mostRevisions ? spans : undefined;
}

export const formatSpans = (spans: Spans): string =>
  spans.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');

export function addRevisions(spans: Spans, revisions: readonly number[]): Spans {
  const added = revisions.map((revision) => [revision, revision] as const);
  return [...spans, ...added]
    .sort(([a], [b]) => a - b)
    .reduce<(readonly [number, number])[]>((merged, [first, last]) => {
      const before = merged.at(-1);
      if (!before || first > before[1] + 1) merged.push([first, last]);
      else merged[merged.length - 1] = [before[0], Math.max(before[1], last)];
      return merged;
    }, []);
}

/** What is left without the revisions up to and including this one. */
export function dropThrough(spans: Spans, revision: number): Spans {
  return spans.flatMap(([first, last]) =>
    last > revision ? [[Math.max(first, revision + 1), last] as const] : [],
  );
}

export function* revisionsIn(spans: Spans): Generator<number> {
  for (const [first, last] of spans) {
    for (let revision = first; revision <= last; revision++) yield revision;
  }
}

function parseSpan(text: string): readonly [number, number] {
  const [first = '', last = first] = text.split('-');
  return [Number(first), Number(last)];
}

const isRising = (numbers: readonly number[]): boolean =>
  numbers.every(
    (number, at) => Number.isSafeInteger(number) && number > 0 && number >= (numbers[at - 1] ?? 0),
  );
