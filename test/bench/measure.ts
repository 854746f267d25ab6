/** Runs of work side by side. Only ratios of one run say something: the machine's speed changes from minute to minute. */

export interface Rate {
  readonly perSecond: number;
  /** Of a single call; undefined where the contender does not tell. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

/** Calls `work` so often, so many at a time, and times each. */
export async function timeCalls(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<unknown>,
): Promise<Rate> {
  const tookMs = new Float64Array(count);
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next++;
      const startMs = performance.now();
      await work(index);
      tookMs[index] = performance.now() - startMs;
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  return rateOf(tookMs, performance.now() - startMs);
}

/** Of calls that took so long each, and all of them so long together. */
export function rateOf(tookMs: Float64Array, allMs: number): Rate {
  const sorted = tookMs.toSorted();
  const perSecond = (tookMs.length / allMs) * 1000;
  return { perSecond, p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
}

/** So many things, done as one piece of work. */
export async function timeAll(count: number, work: () => Promise<unknown>): Promise<Rate> {
  const startMs = performance.now();
  await work();
  return { perSecond: (count / (performance.now() - startMs)) * 1000 };
}

/** Each contender in turn, so often; the medians of what each reached. */
export async function inTurn<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, () => Promise<Rate>>>,
): Promise<Record<Name, Rate>> {
  const names = Object.keys(contenders) as Name[];
  const rates = new Map<Name, Rate[]>(names.map((name) => [name, []]));
  // The first round warms everything up and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const rate = await contenders[name]();
      if (round > 0) rates.get(name)?.push(rate);
    }
  }
  const medians = names.map((name) => [name, medianRate(rates.get(name) ?? [])] as const);
  // One entry for each name.
  return Object.fromEntries(medians) as Record<Name, Rate>;
}

function medianRate(rates: readonly Rate[]): Rate {
  const median = (pick: (rate: Rate) => number | undefined) => {
    const values = rates.map(pick).filter((value) => value !== undefined);
    return values.length > 0 ? quantile(Float64Array.from(values).sort(), 0.5) : undefined;
  };
  const [p50Ms, p99Ms] = [median((rate) => rate.p50Ms), median((rate) => rate.p99Ms)];
  return {
    perSecond: median((rate) => rate.perSecond) ?? Number.NaN,
    ...(p50Ms === undefined ? {} : { p50Ms }),
    ...(p99Ms === undefined ? {} : { p99Ms }),
  };
}

const quantile = (sorted: Float64Array, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

/** One line: rate, latencies, and its share of the baseline's rate. */
export function rateLine(name: string, { perSecond, p50Ms, p99Ms }: Rate, baseline?: Rate): string {
  const ms = (value: number | undefined) => (value === undefined ? '' : `${value.toFixed(2)} ms`);
  const ratio = baseline ? `${(perSecond / baseline.perSecond).toFixed(2)}×` : '';
  const columns = [`${Math.round(perSecond).toLocaleString('en')}/s`, ms(p50Ms), ms(p99Ms), ratio];
  return name.padEnd(44) + columns.map((column) => column.padStart(12)).join('');
}
