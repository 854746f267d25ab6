import type { Clock } from '../base/clock.ts';
import { asFault } from '../base/fault.ts';
import { formatAge, formatElapsed } from '../base/units.ts';
import { coveredBy, type MetricSource, type Readings, signals } from '../metrics/source.ts';
import type { QuestionNode, Runbook, RunbookMetric } from './runbook.ts';
import type { Evidence } from './walk.ts';

interface EvidenceReader {
  /** undefined where none is configured. */
  readonly metrics: MetricSource | undefined;
  readonly clock: Clock;
  /** Takes secrets out of what a fault says. */
  readonly redact: (text: string) => string;
}

/** One look at a question's metrics. Whatever goes wrong is evidence too: `none`, and why. Never rejects. */
export async function readEvidence(
  runbook: Runbook,
  node: QuestionNode,
  reader: EvidenceReader,
  signal?: AbortSignal,
): Promise<readonly Evidence[]> {
  const readings = await readAll(reader, signal);
  return metricsOf(node).flatMap((name) => {
    const metric = runbook.metrics[name];
    return metric ? [evidenceOf(name, metric, node, reader, readings)] : [];
  });
}

/** What is shown, and what is compared without being listed: nobody is to decide by a figure out of sight. */
function metricsOf({ evidence, branches }: QuestionNode): readonly string[] {
  return [...new Set([...evidence, ...branches.map(({ when }) => when.metric)])];
}

/** @returns why there are no readings, when there are none */
async function readAll(
  { metrics, redact }: EvidenceReader,
  signal: AbortSignal | undefined,
): Promise<Readings | string> {
  if (!metrics) return 'no source of metrics is configured';
  try {
    return await metrics.read(signal);
  } catch (thrown) {
    return redact(asFault(thrown).message);
  }
}

/** With the time that its rates cover: a second after the start says less than a minute of watching. */
function sourceOf(metrics: MetricSource | undefined, readings: Readings | string): string {
  if (!metrics) return 'none';
  const coveredMs = typeof readings === 'string' ? 0 : coveredBy(readings);
  return coveredMs > 0 ? `${metrics.name} over ${formatElapsed(coveredMs)}` : metrics.name;
}

function evidenceOf(
  name: string,
  metric: RunbookMetric,
  node: QuestionNode,
  { metrics, clock }: EvidenceReader,
  readings: Readings | string,
): Evidence {
  return {
    metric: name,
    title: signals[metric.signal].title,
    unit: metric.unit,
    source: sourceOf(metrics, readings),
    ...gapIn(readings),
    reading: readingOf(metric, readings, clock.now()),
    thresholds: node.branches.filter(({ when }) => when.metric === name).map(({ when }) => when.threshold),
    points: metrics?.history(metric.signal) ?? [],
  };
}

function readingOf(metric: RunbookMetric, readings: Readings | string, nowMs: number): Evidence['reading'] {
  if (typeof readings === 'string') return { kind: 'none', why: readings };
  const reading = readings.signals[metric.signal];
  if (reading.kind === 'none') return { kind: 'none', why: reading.why };
  if (!Number.isFinite(reading.value)) return { kind: 'none', why: 'the source gave no number' };
  const ageMs = nowMs - readings.atMs;
  if (ageMs > metric.maxAgeMs) {
    return {
      kind: 'none',
      why: `the reading is ${formatAge(ageMs)} old, more than ${formatAge(metric.maxAgeMs)}`,
    };
  }
  // Clocks that differ by this much make the age a guess.
  if (-ageMs > metric.maxAgeMs) {
    return { kind: 'none', why: `the reading is from ${formatAge(-ageMs)} ahead of this machine's clock` };
  }
  return { kind: 'value', value: reading.value, atMs: readings.atMs };
}

/** Targets that did not answer are missing from every figure. */
function gapIn(readings: Readings | string): { readonly gap?: string } {
  if (typeof readings === 'string') return {};
  const { targets } = readings;
  const silent = targets.filter(({ fault }) => fault).length;
  return silent === 0 ? {} : { gap: `${silent} of ${targets.length} targets did not answer` };
}
