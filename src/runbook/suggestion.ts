import { formatValue } from '../base/units.ts';
import { holds } from './condition.ts';
import { type Edge, edgesOf } from './graph.ts';
import type { Comparison, Condition, QuestionNode, RunbookNode } from './runbook.ts';
import type { Evidence, Way } from './walk.ts';

/**
 * The ways on from a node. What an action's `onOk` leads to is not among them: only a run that was verified goes
 * there.
 */
export function waysOn(node: RunbookNode, evidence: readonly Evidence[]): readonly Way[] {
  const edges = edgesOf(node).filter(({ role }) => role !== 'onOk');
  if (node.kind !== 'question') {
    const needsReason = node.kind === 'action';
    return edges.map((edge) => ({ ...wayOf(edge), suggested: edge.role === 'next', needsReason }));
  }
  const suggestion = suggest(node, evidence);
  return edges.map((edge, index) => {
    const isSuggested = edge.role === suggestion.role && (suggestion.branch ?? index) === index;
    return isSuggested
      ? { ...wayOf(edge), suggested: true, needsReason: false, why: suggestion.why }
      : { ...wayOf(edge), suggested: false, needsReason: true };
  });
}

const wayOf = ({ label, goto }: Edge) => ({ label, goto });

interface Suggestion {
  readonly role: 'branch' | 'otherwise' | 'noData';
  /** Which of the branches, which are a question's first edges. */
  readonly branch?: number;
  readonly why: string;
}

/**
 * The first branch that holds. A branch that cannot be decided ends the search: it might have held, so what comes
 * after it must not win by default.
 */
function suggest({ branches }: QuestionNode, evidence: readonly Evidence[]): Suggestion {
  const byMetric = new Map(evidence.map((row) => [row.metric, row]));
  for (const [branch, { when }] of branches.entries()) {
    const row = byMetric.get(when.metric);
    if (row?.reading.kind !== 'value') return { role: 'noData', why: whyNoData(when, row) };
    const { value } = row.reading;
    if (holds(when, value)) return { role: 'branch', branch, why: whyHolds(when, row, value) };
  }
  const conditions = branches.map(({ when }) => when);
  return { role: 'otherwise', why: whyOtherwise(conditions, byMetric) };
}

const words: Readonly<Record<Comparison, string>> = {
  '>': 'above',
  '>=': 'at or above',
  '<': 'below',
  '<=': 'at or below',
};

function whyHolds({ comparison, threshold }: Condition, row: Evidence, value: number): string {
  const [shown, limit] = [formatValue(value, row.unit), formatValue(threshold, row.unit)];
  // 20.04 % and its limit read the same.
  const just = shown === limit && value !== threshold ? 'just ' : '';
  return `${nameOf(row)} ${shown} is ${just}${words[comparison]} ${limit}${despite(row)}`;
}

function whyNoData({ metric }: Condition, row: Evidence | undefined): string {
  const why = row?.reading.kind === 'none' ? row.reading.why : 'it was not read';
  return `no data for ${row ? nameOf(row) : metric}: ${why}`;
}

/** The last limit on each metric is the widest: what is not within it is within none. */
function whyOtherwise(conditions: readonly Condition[], byMetric: ReadonlyMap<string, Evidence>): string {
  const widest = new Map(conditions.map((condition) => [condition.metric, condition]));
  return [...widest.values()]
    .flatMap(({ metric, comparison, threshold }) => {
      const row = byMetric.get(metric);
      if (row?.reading.kind !== 'value') return [];
      const [shown, limit] = [formatValue(row.reading.value, row.unit), formatValue(threshold, row.unit)];
      return [`${nameOf(row)} ${shown} is not ${words[comparison]} ${limit}${despite(row)}`];
    })
    .join(', ');
}

const despite = ({ gap }: Evidence) => (gap ? `, but ${gap}` : '');

const nameOf = ({ title }: Evidence) => title.charAt(0).toLowerCase() + title.slice(1);
