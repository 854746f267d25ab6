import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { Fault } from '../../base/fault.ts';
import { type MetricName, metrics } from '../catalogue.ts';

/** One series at one moment. */
export interface Sample {
  /** As exposed: a histogram's series end in `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name and labels as one text, equal for equal series. */
  readonly key: string;
  readonly value: number;
}

/**
 * The series of our catalogue in a text of Prometheus' format; all others are left out, so that a busy target
 * costs no memory here.
 * @throws Fault `platform-failed` when it is no such text or has none of them.
 */
export function parseExposition(text: string): readonly Sample[] {
  const samples = families(text)
    .filter(({ name }) => seriesNames.has(name))
    .flatMap(({ name, metrics }) =>
      metrics.map(({ labels = {}, value }) => ({
        name,
        labels,
        key: keyOf(name, labels),
        value: toNumber(value),
      })),
    );
  if (samples.length > 0) return samples;
  throw new Fault('platform-failed', 'The target answers, but has no metrics of game state persistence', {
    next: 'Check METRICS_URLS: it must name the /metrics of game servers',
  });
}

// The keys of the catalogue are its names.
const seriesNames: ReadonlySet<string> = new Set(
  (Object.keys(metrics) as MetricName[]).flatMap((name) =>
    metrics[name].kind === 'histogram' ? [`${name}_bucket`, `${name}_count`] : [name],
  ),
);

function families(text: string) {
  try {
    return parsePrometheusTextFormat(plainSamples(text));
  } catch (cause) {
    throw new Fault('platform-failed', 'The target answers, but not in the format of Prometheus', {
      next: 'Check METRICS_URLS: it must name the /metrics of game servers',
      cause,
    });
  }
}

/**
 * The parser merges the label sets of whatever it is told is a histogram, so it is told no types. It also drops a
 * last line that does not end.
 */
const plainSamples = (text: string) => `${text.replace(/^#.*$/gm, '')}\n`;

const keyOf = (name: string, labels: Readonly<Record<string, string>>) =>
  `${name}${JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))}`;

function toNumber(text: string | undefined): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return text ? Number(text) : Number.NaN;
}
