import { formatValue } from '../base/units.ts';
import { signals } from '../metrics/source.ts';
import { type Edge, edgesOf } from './graph.ts';
import { nodeOf } from './reduce.ts';
import type { Condition, Runbook, RunbookNode } from './runbook.ts';

const width = 80;
/** A node further in starts a block of its own at the margin, or text would run out of room. */
const deepestIndent = 16;

/**
 * The runbook as a tree of plain lines, at most 80 characters wide but for commands and long words, which stay whole
 * to be copied. Each node is drawn once; where it is met again stands `→ see` and its id.
 */
export function outline(runbook: Runbook): readonly string[] {
  const lines = [...wrap(`${runbook.title} (${runbook.id})`, 0), ...wrap(runbook.summary, 0)];
  const blocks = new Set([runbook.start]);
  const placed = new Set(blocks);

  const draw = (id: string, indent: number) => {
    const node = nodeOf(runbook, id);
    lines.push(...nodeLines(runbook, id, node, indent));
    for (const edge of edgesOf(node)) follow(edge, edgeText(runbook, node, edge), indent);
  };
  const follow = ({ role, goto }: Edge, text: string, indent: number) => {
    // One step after the other is no branch: it stays where it is.
    const next = role === 'next' ? indent : indent + 4;
    const isHere = !placed.has(goto) && next <= deepestIndent;
    if (!placed.has(goto) && !isHere) blocks.add(goto);
    placed.add(goto);
    if (!isHere) lines.push(...wrap(`${text} → see ${goto}`, indent + 2));
    else if (role !== 'next') lines.push(...wrap(text, indent + 2));
    if (isHere) draw(goto, next);
  };

  for (const id of blocks) {
    lines.push('');
    draw(id, 0);
  }
  return lines;
}

function nodeLines(runbook: Runbook, id: string, node: RunbookNode, indent: number): readonly string[] {
  return [
    ...wrap(`${id}: ${node.title}${kindNote(node)}`, indent),
    ...(node.text ? wrap(node.text, indent + 2) : []),
    ...(node.kind === 'question' ? wrap(evidenceText(runbook, node.evidence), indent + 2) : []),
    ...(node.kind === 'instruction' ? node.commands.map((line) => `${' '.repeat(indent + 2)}$ ${line}`) : []),
  ];
}

function kindNote(node: RunbookNode): string {
  if (node.kind === 'action') return ` [${node.uses}, previewed and confirmed]`;
  return node.kind === 'outcome' ? ` [${node.result}]` : '';
}

function evidenceText(runbook: Runbook, evidence: readonly string[]): string {
  const shown = evidence.flatMap((name) => {
    const metric = runbook.metrics[name];
    return metric ? [signals[metric.signal].title] : [];
  });
  return `Look at: ${shown.join(', ')}`;
}

function edgeText(runbook: Runbook, node: RunbookNode, edge: Edge): string {
  switch (edge.role) {
    case 'branch': {
      const { when } = node.kind === 'question' ? (node.branches[Number(edge.source[1])] ?? {}) : {};
      return `- ${when ? conditionText(runbook, when) : ''}: ${edge.label}`;
    }
    case 'otherwise':
      return `- else: ${edge.label}`;
    case 'noData':
      return `- no data: ${edge.label}`;
    case 'next':
      return 'then';
    default:
      return `- ${edge.label}`;
  }
}

function conditionText({ metrics }: Runbook, { metric, comparison, threshold }: Condition): string {
  const row = metrics[metric];
  return row ? `${signals[row.signal].title} ${comparison} ${formatValue(threshold, row.unit)}` : metric;
}

/** Lines of words. What follows a bullet hangs behind it. */
function wrap(text: string, indent: number): readonly string[] {
  const hanging = ' '.repeat(text.startsWith('- ') ? indent + 2 : indent);
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let isEmpty = true;
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = hanging;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
