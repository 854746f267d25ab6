import type { Runbook, RunbookNode } from './runbook.ts';
import type { SourcePath } from './source-text.ts';

/** What has to happen for an edge to be the one that is followed. */
export type EdgeRole =
  | 'branch'
  | 'otherwise'
  | 'noData'
  | 'choice'
  | 'next'
  | 'onOk'
  | 'onFail'
  | 'onUnknown';

/** A way out of a node, as the runbook draws it. */
export interface Edge {
  readonly role: EdgeRole;
  readonly label: string;
  readonly goto: string;
  /** Where the file names the target, from the node on. */
  readonly source: SourcePath;
}

/** The edges of a node in the file's order; none after an outcome. */
export function edgesOf(node: RunbookNode): readonly Edge[] {
  switch (node.kind) {
    case 'question':
      return [
        ...node.branches.map(edgeOfList('branch', 'branches')),
        { role: 'otherwise', ...node.otherwise, source: ['else', 'goto'] },
        { role: 'noData', ...node.noData, source: ['noData', 'goto'] },
      ];
    case 'choice':
      return node.choices.map(edgeOfList('choice', 'choices'));
    case 'instruction':
      return [{ role: 'next', label: 'Done', goto: node.next, source: ['next'] }];
    case 'action':
      return [
        { role: 'onOk', label: 'Done and verified', goto: node.onOk, source: ['onOk'] },
        { role: 'onFail', label: 'Not done, or only in part', goto: node.onFail, source: ['onFail'] },
        { role: 'onUnknown', label: 'Ended without proof', goto: node.onUnknown, source: ['onUnknown'] },
      ];
    case 'outcome':
      return [];
  }
}

function edgeOfList(role: EdgeRole, list: string) {
  return ({ label, goto }: { label: string; goto: string }, index: number): Edge => ({
    role,
    label,
    goto,
    source: [list, index, 'goto'],
  });
}

/** Nodes that can be reached from some, these included, over the edges that pass. */
export function reachable(
  runbook: Runbook,
  from: readonly string[],
  passes: (edge: Edge) => boolean = () => true,
): ReadonlySet<string> {
  const seen = new Set(from);
  for (const id of seen) {
    const node = runbook.nodes[id];
    if (!node) continue;
    for (const edge of edgesOf(node)) if (passes(edge)) seen.add(edge.goto);
  }
  return seen;
}

/** Nodes from which one of the targets can be reached, the targets included. */
export function leadingTo(runbook: Runbook, targets: readonly string[]): ReadonlySet<string> {
  const sources = new Map<string, string[]>();
  for (const [id, node] of Object.entries(runbook.nodes)) {
    for (const { goto } of edgesOf(node)) {
      const known = sources.get(goto);
      if (known) known.push(id);
      else sources.set(goto, [id]);
    }
  }
  const seen = new Set(targets);
  for (const id of seen) for (const source of sources.get(id) ?? []) seen.add(source);
  return seen;
}
