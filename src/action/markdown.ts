import { safeLine } from '../base/safe-text.ts';
import type { Check, Report, StepState } from './action.ts';
import { isStopped, nextSteps, outcomeText } from './outcome-words.ts';
import type { Change, Plan } from './plan.ts';

/** A run for people: what was there before, what was done, what was found, what to do next. */
export function reportMarkdown(report: Report, plan: Plan): string {
  return [
    `# ${inline(report.title)}`,
    summary(report, plan),
    section(
      'Before and planned',
      table(['What', 'Effect', 'Before', 'Planned', 'Why'], report.changes.map(changeRow)),
    ),
    plan.estimates ? section('Estimates of the preview', list(plan.estimates)) : '',
    section('Warnings of the preview', list(plan.warnings)),
    section('Not checked by the preview', list(plan.unverified)),
    section('Actions', table(['Step', 'Result', 'Note'], report.steps.map(stepRow))),
    section('Checks afterwards', table(['Check', 'Result', 'Found'], report.checks.map(checkRow))),
    section('Next', list(nextSteps(report))),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function summary(report: Report, plan: Plan): string {
  const world = report.simulated ? `${report.environment} (SIMULATED)` : report.environment;
  const actor = `${plan.actor.user} on ${plan.actor.host}${plan.actor.sshOrigin ? ` from ${plan.actor.sshOrigin}` : ''}`;
  return table(
    ['', ''],
    [
      ['Outcome', outcomeText(report)],
      ['Environment', world],
      ['Place', plan.place],
      ['By', actor],
      ['Started', time(report.startedAtMs)],
      ['Ended', time(report.endedAtMs)],
      ['Run', report.runId],
      ['Plan', `${report.planId}, digest ${plan.digest}`],
      ['Audit head', report.auditHead],
    ],
  );
}

const changeRow = ({ target, effect, from, to, why }: Change) => [
  target,
  effect,
  from ?? '',
  to ?? '',
  why ?? '',
];
const checkRow = ({ name, kind, found }: Check) => [name, kind, found];
const stepRow = ({ name, state }: Report['steps'][number]) => [
  name,
  isStopped(state) ? 'stopped' : state.kind,
  stepNote(state),
];

function stepNote(state: StepState): string {
  if ('fault' in state) return `${state.fault.code}: ${state.fault.message}`;
  return 'note' in state && state.note !== undefined ? state.note : '';
}

const time = (atMs: number) => new Date(atMs).toISOString();

function section(title: string, body: string): string {
  return body === '' ? '' : `## ${title}\n\n${body}`;
}

const list = (lines: readonly string[]) => lines.map((line) => `- ${inline(line)}`).join('\n');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.map(inline).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

/** Text that a Markdown reader shows as it is: no markup, no HTML, no links, no terminal escapes. */
function inline(text: string): string {
  return safeLine(text).replace(/[\\`*_[\]{}<>|~#!&]/g, (char) => `\\${char}`);
}
