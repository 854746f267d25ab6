/** A walk as lines for people. */
import { formatAge, formatValue } from '../base/units.ts';
import type { Evidence, WalkState } from '../runbook/walk.ts';

export function promptOf({ node, ways }: WalkState): string {
  if (node.kind === 'action') return `y plan this action, 1-${ways.length} pass it by, b back, q leave: `;
  if (ways.length === 1) return 'Enter go on, b back, q leave: ';
  return `1-${ways.length} choose, r read again, b back, q leave: `;
}

export function nodeLines(state: WalkState, nowMs: number): string[] {
  const { node, ways, evidence } = state;
  return [
    '',
    `== ${node.title}`,
    ...(node.text?.trimEnd().split('\n') ?? []),
    ...(node.kind === 'instruction' ? node.commands.map((command) => `    ${command}`) : []),
    ...(node.kind === 'outcome' ? [`Outcome: ${node.result}`] : []),
    ...evidence.map((one) => `  ${evidenceLine(one, nowMs)}`),
    ...(node.kind === 'action' ? ['  y plan it: what it will do is shown before anything is asked'] : []),
    ...(ways.length > 1 || node.kind === 'action'
      ? ways.map(
          (way, index) =>
            `  ${index + 1} ${way.label}${way.suggested ? `   <- suggested: ${way.why ?? ''}` : ''}`,
        )
      : []),
  ];
}

function evidenceLine({ title, unit, source, reading, thresholds, gap }: Evidence, nowMs: number): string {
  const limits = thresholds.map((limit) => formatValue(limit, unit)).join(', ');
  const against = limits ? `, limits ${limits}` : '';
  if (reading.kind === 'none') return `${title}: no data (${reading.why})${against}`;
  const missing = gap ? `, ${gap}` : '';
  const age = formatAge(nowMs - reading.atMs);
  return `${title}: ${formatValue(reading.value, unit)}, ${age} old, from ${source}${missing}${against}`;
}

export function summary({ runId, runbook, nodeId, node, path }: WalkState) {
  return {
    runId,
    runbook: runbook.id,
    hash: runbook.hash,
    path,
    end: nodeId,
    outcome: node.kind === 'outcome' ? node.result : undefined,
  };
}

export function summaryLines({ runId, node, path }: WalkState): string[] {
  const taken = path.map(
    ({ title, label, overrideReason }) =>
      `${title} -> ${label}${overrideReason ? ` (against the suggestion: ${overrideReason})` : ''}`,
  );
  return [
    ...taken,
    `${node.kind === 'outcome' ? node.result.toUpperCase() : ''}: ${node.title}`,
    `Run ${runId}`,
  ];
}
