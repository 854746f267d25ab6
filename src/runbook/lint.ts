/** Rules that make a runbook a good one. Each names what it misses and where; all but the file's own stay walkable. */
import { edgesOf, leadingTo, reachable } from './graph.ts';
import { type ParsedRunbook, parseRunbook } from './parse.ts';
import type { Problem } from './problem.ts';
import { applyRules, type Finding, type Rule } from './rule.ts';
import type { Condition, QuestionNode, RunbookNode } from './runbook.ts';
import { secretsIn } from './secrets.ts';

export const lintRules: readonly Rule<ParsedRunbook>[] = [
  { id: 'unreachable-node', about: 'Every node can be reached from the start', check: unreachableNodes },
  { id: 'no-outcome', about: 'From every node an outcome can be reached', check: nodesWithoutOutcome },
  { id: 'endless-cycle', about: 'A person decides at least once in every cycle', check: endlessCycles },
  {
    id: 'hidden-branch',
    about: 'No branch stands behind one that always wins over it',
    check: hiddenBranches,
  },
  { id: 'same-label', about: 'The ways on from a node can be told apart', check: sameLabels },
  { id: 'unused-metric', about: 'Every metric is shown somewhere', check: unusedMetrics },
  {
    id: 'unproven-mitigation',
    about: 'Mitigated is only reached by an action that was verified',
    check: unprovenMitigations,
  },
  { id: 'secret', about: 'No secret stands in the text', check: ({ source }) => secretsIn(source.text) },
];

export function lintRunbook(parsed: ParsedRunbook): readonly Problem[] {
  return applyRules(lintRules, parsed);
}

/** Everything that is wrong with a file, be it its form or its advice. */
export function lintText(text: string, file: string): readonly Problem[] {
  const parsed = parseRunbook(text, file);
  return parsed.kind === 'broken' ? parsed.problems : lintRunbook(parsed);
}

/** A finding at the key of each of these nodes. */
function atNodes(
  { runbook, source }: ParsedRunbook,
  wrong: (id: string, node: RunbookNode) => boolean,
  message: (id: string) => string,
  next: string,
): readonly Finding[] {
  return Object.entries(runbook.nodes)
    .filter(([id, node]) => wrong(id, node))
    .map(([id]) => ({ at: source.keyAt(['nodes', id]), message: message(id), next }));
}

function unreachableNodes(parsed: ParsedRunbook): readonly Finding[] {
  const seen = reachable(parsed.runbook, [parsed.runbook.start]);
  return atNodes(
    parsed,
    (id) => !seen.has(id),
    (id) => `no way leads to "${id}"`,
    'Lead a way to it or remove it',
  );
}

function nodesWithoutOutcome(parsed: ParsedRunbook): readonly Finding[] {
  const outcomes = Object.entries(parsed.runbook.nodes).filter(([, node]) => node.kind === 'outcome');
  const ending = leadingTo(
    parsed.runbook,
    outcomes.map(([id]) => id),
  );
  return atNodes(
    parsed,
    (id) => !ending.has(id),
    (id) => `no outcome can be reached from "${id}"`,
    'Lead a way to an outcome',
  );
}

/** A cycle is endless when it has neither a question nor a choice: walk only over the other nodes. */
function endlessCycles(parsed: ParsedRunbook): readonly Finding[] {
  const { nodes } = parsed.runbook;
  const decides = (id: string) => nodes[id]?.kind === 'question' || nodes[id]?.kind === 'choice';
  const returns = (id: string, node: RunbookNode): boolean => {
    const onward = edgesOf(node).map(({ goto }) => goto);
    const unasked = onward.filter((target) => !decides(target));
    return reachable(parsed.runbook, unasked, ({ goto }) => !decides(goto)).has(id);
  };
  return atNodes(
    parsed,
    returns,
    (id) => `"${id}" leads back to itself with nobody asked`,
    'Put a question or a choice in the cycle',
  );
}

function hiddenBranches({ runbook, source }: ParsedRunbook): readonly Finding[] {
  return questionsOf(runbook.nodes).flatMap(([id, { branches }]) =>
    branches.flatMap(({ when }, index) => {
      const winner = branches.slice(0, index).find((earlier) => implies(when, earlier.when));
      if (!winner) return [];
      return [
        {
          at: source.at(['nodes', id, 'branches', index, 'when']),
          message: `whenever this holds, "${winner.label}" above it has held first`,
          next: 'Put the narrower limit first',
        },
      ];
    }),
  );
}

/** Whether `wide` holds wherever `narrow` does. */
function implies(narrow: Condition, wide: Condition): boolean {
  const direction = narrow.comparison[0];
  if (narrow.metric !== wide.metric || direction !== wide.comparison[0]) return false;
  if (narrow.threshold === wide.threshold) {
    return wide.comparison.endsWith('=') || !narrow.comparison.endsWith('=');
  }
  return direction === '>' ? narrow.threshold > wide.threshold : narrow.threshold < wide.threshold;
}

function sameLabels({ runbook, source }: ParsedRunbook): readonly Finding[] {
  return Object.entries(runbook.nodes).flatMap(([id, node]) => {
    const edges = edgesOf(node);
    return edges
      .filter(({ label }, index) => edges.findIndex((other) => other.label === label) < index)
      .map(({ label, source: path }) => ({
        at: source.at(['nodes', id, ...path.slice(0, -1), 'label']),
        message: `two ways on are called "${label}"`,
        next: 'Give each its own label',
      }));
  });
}

function unusedMetrics({ runbook, source }: ParsedRunbook): readonly Finding[] {
  const used = new Set(
    questionsOf(runbook.nodes).flatMap(([, node]) => [
      ...node.evidence,
      ...node.branches.map(({ when }) => when.metric),
    ]),
  );
  return Object.keys(runbook.metrics)
    .filter((name) => !used.has(name))
    .map((name) => ({
      at: source.keyAt(['metrics', name]),
      message: `no question shows "${name}"`,
      next: 'Show it as evidence or remove it',
    }));
}

function unprovenMitigations(parsed: ParsedRunbook): readonly Finding[] {
  const unproven = reachable(parsed.runbook, [parsed.runbook.start], ({ role }) => role !== 'onOk');
  return atNodes(
    parsed,
    (id, node) => node.kind === 'outcome' && node.result === 'mitigated' && unproven.has(id),
    (id) => `"${id}" can be reached with nothing verified`,
    "Lead to it only from an action's onOk, or call the result watching",
  );
}

function questionsOf(
  nodes: Readonly<Record<string, RunbookNode>>,
): readonly (readonly [string, QuestionNode])[] {
  return Object.entries(nodes).flatMap(([id, node]) =>
    node.kind === 'question' ? [[id, node] as const] : [],
  );
}
