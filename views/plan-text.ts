/** A plan and a report in words; the preview, the confirmation and the result share them. */
import type { Check, Report, RunOutcome, StepState } from '../src/action/action.ts';
import { countEffect, effectOrder } from '../src/action/change-words.ts';
import { isStopped, nextSteps, outcomeText } from '../src/action/outcome-words.ts';
import type { Change, Plan } from '../src/action/plan.ts';
import { cellsOfLine, type Line, piece, wrap } from './line.ts';
import type { Glyphs, Tone } from './theme.ts';

/** Loss stands out; what changes nothing steps back. */
export const effectTone: Readonly<Record<Change['effect'], Tone>> = {
  delete: 'bad',
  update: 'warn',
  create: 'good',
  skip: 'quiet',
  unchanged: 'quiet',
};

/** `2 update  1 unchanged`; says so when there is nothing to change. */
export function countsLine(changes: readonly Change[]): Line {
  const counted = effectOrder.flatMap((effect) => {
    const count = countEffect(changes, effect);
    return count > 0 ? [piece(`${count.toLocaleString('en-US')} ${effect}  `, effectTone[effect])] : [];
  });
  return counted.length > 0 ? counted : [piece('changes nothing', 'quiet')];
}

export function changeText({ from, to }: Change, arrow: string): string {
  if (from !== undefined && to !== undefined) return `${from} ${arrow} ${to}`;
  return to ?? from ?? '';
}

/** Estimates, warnings, and what nobody has checked, so that silence is not taken for a pass. */
export function noteLines({ estimates = [], warnings, unverified }: Plan, cells: number): readonly Line[] {
  return [
    ...estimates.flatMap((text) => labelled('~ estimate', text, 'quiet', cells)),
    ...warnings.flatMap((text) => labelled('! warning', text, 'warn', cells)),
    ...unverified.flatMap((text) => labelled('? not verified', text, 'warn', cells)),
  ];
}

const labelCells = 16;

function labelled(label: string, text: string, tone: Tone, cells: number): readonly Line[] {
  return wrap(text, cells - labelCells).map((line, row) => [
    piece((row === 0 ? label : '').padEnd(labelCells), tone),
    piece(line),
  ]);
}

const outcomeTone: Readonly<Record<RunOutcome, Tone>> = {
  done: 'good',
  partial: 'bad',
  failed: 'bad',
  inconclusive: 'warn',
  interrupted: 'warn',
};

const stepWords: Readonly<Record<StepState['kind'], { word: string; tone: Tone }>> = {
  pending: { word: 'pending', tone: 'quiet' },
  running: { word: 'running', tone: 'accent' },
  done: { word: 'done', tone: 'good' },
  unchanged: { word: 'unchanged', tone: 'good' },
  failed: { word: 'FAILED', tone: 'bad' },
  unknown: { word: 'UNKNOWN', tone: 'warn' },
  'not-run': { word: 'not run', tone: 'warn' },
};

const stopped = { word: 'STOPPED', tone: 'warn' } as const;

export function stepLine(name: string, state: StepState, glyphs: Glyphs, extra = ''): Line {
  const { word, tone } = isStopped(state) ? stopped : stepWords[state.kind];
  const said = 'fault' in state ? state.fault.message : 'note' in state ? (state.note ?? '') : extra;
  return outcomeLine(`${glyphs.step[state.kind]} ${word}`, tone, name, said);
}

const outcomeCells = 13;

/** The last piece is what was said or found; it may be long. */
const outcomeLine = (outcome: string, tone: Tone, name: string, said: string): Line => [
  piece(outcome.padEnd(outcomeCells), tone),
  piece(name),
  piece(said === '' ? '' : `  ${said}`, 'quiet'),
];

/** Goes on below a step's name. */
export const belowStep = (text: string): Line => [piece(' '.repeat(outcomeCells) + text, 'quiet')];

/** In a report nothing is cut off: what does not fit goes below. */
function wholeLine(line: Line, cells: number): readonly Line[] {
  const said = line.at(-1)?.text.trim() ?? '';
  if (cellsOfLine(line) <= cells) return [line];
  const below = wrap(said, cells - outcomeCells).map(belowStep);
  return [line.slice(0, -1), ...below];
}

const checkWords: Readonly<
  Record<Check['kind'], { word: string; tone: Tone; glyph: 'done' | 'failed' | 'unknown' }>
> = {
  pass: { word: 'pass', tone: 'good', glyph: 'done' },
  fail: { word: 'FAIL', tone: 'bad', glyph: 'failed' },
  inconclusive: { word: 'UNCLEAR', tone: 'warn', glyph: 'unknown' },
};

function checkLine({ name, kind, found }: Check, glyphs: Glyphs): Line {
  const { word, tone, glyph } = checkWords[kind];
  return outcomeLine(`${glyphs.step[glyph]} ${word}`, tone, name, found);
}

/** What is done, what is not, what to do next. */
export function reportLines(report: Report, glyphs: Glyphs, cells: number): readonly Line[] {
  const text = outcomeText(report);
  const tone = outcomeTone[report.outcome];
  const next = nextSteps(report);
  const heading = (title: string): Line => [piece(title, 'plain', true)];
  return [
    ...wrap(text, cells).map((line) => [piece(line, tone, true)]),
    ...wrap(report.title, cells).map((line) => [piece(line)]),
    [],
    heading('Steps'),
    ...report.steps.flatMap(({ name, state }) => wholeLine(stepLine(name, state, glyphs), cells)),
    [],
    heading('Checks'),
    ...(report.checks.length > 0
      ? report.checks.flatMap((check) => wholeLine(checkLine(check, glyphs), cells))
      : [[piece('none ran: nothing is verified', 'warn' as const)]]),
    [],
    ...(next.length > 0 ? [heading('Next')] : []),
    ...next.flatMap((line) => wrap(line, cells).map((row) => [piece(row, 'accent')])),
    ...(next.length > 0 ? [[]] : []),
    [piece(`run ${report.runId}  audit ${report.auditHead.slice(0, 12)}`, 'quiet')],
  ];
}
