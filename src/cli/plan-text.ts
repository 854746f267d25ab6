/** Plans and reports as lines for people. */
import type { Check, Report } from '../action/action.ts';
import { countEffect, listedChanges } from '../action/change-words.ts';
import { nextSteps, outcomeText } from '../action/outcome-words.ts';
import type { Change, Plan } from '../action/plan.ts';
import { formatDuration } from '../base/units.ts';
import { stepWords } from './progress.ts';
import { table } from './table.ts';

/** Longer previews say how many lines they leave out; the JSON form has all of them. */
const changesShown = 50;

const marks: Readonly<Record<Change['effect'], string>> = {
  create: '+ create',
  update: '~ update',
  delete: '- delete',
  skip: '  skip',
  unchanged: '  unchanged',
};

export function planLines(plan: Plan): string[] {
  return [
    `Plan ${plan.id}: ${plan.title}`,
    ...table([
      ['environment', plan.simulated ? `${plan.environment} (SIMULATED)` : plan.environment],
      ['where', plan.place],
      ['valid until', new Date(plan.expiresAtMs).toISOString()],
    ]),
    '',
    ...changeLines(plan.changes),
    '',
    `Steps: ${plan.steps.join(', then ') || 'none'}`,
    ...(plan.estimates ?? []).map((line) => `Estimate: ${line}`),
    ...doubtLines(plan),
  ];
}

/** What may go otherwise than whoever runs it thinks. */
export const doubtLines = ({ warnings, unverified }: Pick<Plan, 'warnings' | 'unverified'>): string[] => [
  ...warnings.map((warning) => `Warning: ${warning}`),
  ...unverified.map((what) => `Not verified: ${what}`),
];

function changeLines(changes: readonly Change[]): string[] {
  const listed = listedChanges(changes);
  const shown = listed.slice(0, changesShown).map(changeCells);
  const rest = listed.length - shown.length;
  return [countLine(changes), ...table(shown), ...(rest > 0 ? [`… and ${rest} more, see --json`] : [])];
}

export const changeCells = (change: Change): string[] => [
  marks[change.effect],
  change.target,
  fromTo(change),
  change.why ?? '',
];

/** `3 to create, 1 to update, 0 to delete, 2 to skip, 5 unchanged`: every effect, so that none is overlooked. */
function countLine(changes: readonly Change[]): string {
  const count = (effect: Change['effect']) => countEffect(changes, effect);
  return `${count('create')} to create, ${count('update')} to update, ${count('delete')} to delete, ${count('skip')} to skip, ${count('unchanged')} unchanged`;
}

function fromTo({ from, to }: Change): string {
  if (from === undefined) return to ?? '';
  return to === undefined ? from : `${from} -> ${to}`;
}

export function reportLines(report: Report): string[] {
  return [
    report.title,
    outcomeText(report),
    ...table(report.steps.map(({ name, state }) => ['  step', name, stepWords(state)])),
    ...table(report.checks.map(checkRow)),
    ...nextSteps(report),
    `Run ${report.runId}, ${formatDuration(report.endedAtMs - report.startedAtMs)}, audit head ${report.auditHead}`,
  ];
}

const checkRow = (check: Check) => ['  check', check.name, `${check.kind}: ${check.found}`];
