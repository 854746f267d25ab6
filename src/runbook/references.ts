/** Rules that make a runbook one that can be walked: every name that it uses exists, every limit fits its metric. */
import { signals, type Unit } from '../metrics/source.ts';
import { edgesOf } from './graph.ts';
import type { Finding, Rule } from './rule.ts';
import type { Runbook } from './runbook.ts';
import type { WrittenRunbook } from './schema.ts';
import type { SourcePath, SourceText } from './source-text.ts';

export interface ReadRunbook {
  readonly runbook: Runbook;
  /** As it stands in the file; only here do conditions have their unit. */
  readonly written: WrittenRunbook;
  readonly source: SourceText;
}

export const referenceRules: readonly Rule<ReadRunbook>[] = [
  {
    id: 'dangling-goto',
    about: 'Every way leads to a node that exists',
    check: danglingGotos,
  },
  {
    id: 'unknown-metric',
    about: 'Conditions and evidence use metrics of the runbook',
    check: unknownMetrics,
  },
  {
    id: 'unit-mismatch',
    about: 'Metrics and limits have the unit of what they read',
    check: unitMismatches,
  },
];

function danglingGotos({ runbook, source }: ReadRunbook): readonly Finding[] {
  const targets: { goto: string; path: SourcePath }[] = [{ goto: runbook.start, path: ['start'] }];
  for (const [id, node] of Object.entries(runbook.nodes)) {
    targets.push(...edgesOf(node).map((edge) => ({ goto: edge.goto, path: ['nodes', id, ...edge.source] })));
  }
  return targets
    .filter(({ goto }) => !Object.hasOwn(runbook.nodes, goto))
    .map(({ goto, path }) => ({
      at: source.at(path),
      message: `there is no node "${goto}"`,
      next: `Add it or use one of ${Object.keys(runbook.nodes).join(', ')}`,
    }));
}

function unknownMetrics({ runbook, written, source }: ReadRunbook): readonly Finding[] {
  const known = Object.keys(runbook.metrics);
  const next = known.length > 0 ? `Add it to metrics or use one of ${known.join(', ')}` : 'Add it to metrics';
  const used = [...evidenceOf(written), ...conditionsOf(written)];
  return used
    .filter(({ metric }) => !Object.hasOwn(runbook.metrics, metric))
    .map(({ metric, path }) => ({ at: source.at(path), message: `there is no metric "${metric}"`, next }));
}

function unitMismatches({ runbook, written, source }: ReadRunbook): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [name, { signal, unit }] of Object.entries(runbook.metrics)) {
    const right = signals[signal].unit;
    if (unit === right) continue;
    findings.push({
      at: source.at(['metrics', name, 'unit']),
      message: `${signal} is measured as ${right}, not as ${unit}`,
      next: `Write unit: ${right} and check the limits that use it`,
    });
  }
  for (const { metric, unit, threshold, path } of conditionsOf(written)) {
    const right = Object.hasOwn(runbook.metrics, metric) ? runbook.metrics[metric]?.unit : undefined;
    const wrong = right && limitMismatch(unit, threshold, right);
    if (wrong) findings.push({ at: source.at(path), ...wrong });
  }
  return findings;
}

function limitMismatch(
  unit: Unit | undefined,
  threshold: number,
  right: Unit,
): Omit<Finding, 'at'> | undefined {
  if (unit !== undefined && unit !== right) {
    return {
      message: `the limit is in ${unit}, the metric in ${right}`,
      next: `Write the limit as ${right}`,
    };
  }
  if (right === 'ratio' && threshold > 1) {
    return {
      message: `a ratio is never above 1, the limit is ${threshold}`,
      next: `Write ${threshold} % or ${threshold / 100}`,
    };
  }
  return undefined;
}

interface Use {
  readonly metric: string;
  readonly path: SourcePath;
}

function evidenceOf({ nodes }: WrittenRunbook): readonly Use[] {
  return Object.entries(nodes).flatMap(([id, node]) =>
    node.kind === 'question'
      ? node.evidence.map((metric, index) => ({ metric, path: ['nodes', id, 'evidence', index] }))
      : [],
  );
}

function conditionsOf({
  nodes,
}: WrittenRunbook): readonly (Use & { readonly unit: Unit | undefined; readonly threshold: number })[] {
  return Object.entries(nodes).flatMap(([id, node]) =>
    node.kind === 'question'
      ? node.branches.map(({ when: { condition, unit } }, index) => ({
          metric: condition.metric,
          threshold: condition.threshold,
          unit,
          path: ['nodes', id, 'branches', index, 'when'],
        }))
      : [],
  );
}
