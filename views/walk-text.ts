/** A runbook's node, the way to it and its evidence, in words. */
import { formatAge, formatValue } from '../src/base/units.ts';
import type { RunbookNode } from '../src/runbook/runbook.ts';
import type { Evidence, WalkState, Way } from '../src/runbook/walk.ts';
import { axis, bars, columnsOf, spanFor } from './chart.ts';
import { endsOf, type Line, padTo, piece, wrap } from './line.ts';
import type { Age } from './readings.ts';
import type { Glyphs } from './theme.ts';

const indent = '  ';

/** The nodes passed, oldest first, and where the operator is. */
export function pathLines({ path, node }: WalkState, glyphs: Glyphs, cells: number): readonly Line[] {
  return [
    ...path.flatMap(({ title, label, overrideReason }) => [
      ...wrap(title, cells).map((text) => [piece(text, 'quiet')]),
      ...wrap(label, cells - 4).map((text) => [piece(`${indent}${glyphs.dash} ${text}`)]),
      ...(overrideReason
        ? wrap(`against the suggestion: ${overrideReason}`, cells - 4).map((text) => [
            piece(`${indent}! ${text}`, 'warn'),
          ])
        : []),
    ]),
    ...wrap(node.title, cells - 2).map((text, row) => [
      piece(row === 0 ? `${glyphs.selected} ` : indent, 'accent'),
      piece(text, 'accent', true),
    ]),
  ];
}

/** The way here in one line, for when there is no room for the tree: the newest steps stay. */
export function pathLine({ path }: WalkState, glyphs: Glyphs, cells: number): Line {
  if (path.length === 0) return [piece('Start', 'quiet')];
  const steps = path.map(({ label, overrideReason }) => (overrideReason ? `! ${label}` : label));
  let text = steps.join(` ${glyphs.dash} `);
  while (text.length > cells - 2 && steps.length > 1) {
    steps.shift();
    text = `${glyphs.ellipsis} ${glyphs.dash} ${steps.join(` ${glyphs.dash} `)}`;
  }
  return [piece(text, 'quiet')];
}

const kindWords: Readonly<Record<RunbookNode['kind'], string>> = {
  question: 'QUESTION',
  choice: 'CHOICE',
  instruction: 'DO THIS',
  action: 'ACTION',
  outcome: 'OUTCOME',
};

export function nodeLines(node: RunbookNode, cells: number): readonly Line[] {
  return [
    ...wrap(`${kindWords[node.kind]}  ${node.title}`, cells).map((text) => [piece(text, 'plain', true)]),
    ...wrap(node.text ?? '', cells).map((text) => [piece(text)]),
    ...(node.kind === 'instruction'
      ? node.commands.map((command): Line => [piece(`${indent}$ `, 'quiet'), piece(command, 'accent')])
      : []),
    ...(node.kind === 'outcome' ? [[piece(`Result: ${node.result}`, 'good' as const, true)]] : []),
  ];
}

/** Numbered as the keys are; the suggested one says so, and why. */
export function wayLines(ways: readonly Way[], glyphs: Glyphs, cells: number): readonly Line[] {
  return ways.flatMap(({ label, suggested, why }, index) => {
    const mark = suggested ? `${glyphs.selected} ` : indent;
    const [first = '', ...more] = wrap(label, cells - 6 - (suggested ? 11 : 0));
    return [
      [
        piece(mark, 'accent'),
        piece(`${index + 1}  `, 'accent', true),
        piece(first, 'plain', suggested),
        ...(suggested ? [piece('  suggested', 'accent')] : []),
      ],
      ...more.map((text): Line => [piece(`     ${text}`)]),
      ...(suggested && why ? wrap(why, cells - 5).map((text): Line => [piece(`     ${text}`, 'quiet')]) : []),
    ];
  });
}

interface EvidenceInput {
  readonly nowMs: number;
  readonly cells: number;
  readonly rows: number;
  readonly glyphs: Glyphs;
}

/** All evidence of the node; where rows are short the charts go first, the figures last. */
export function evidenceBlock({ evidence, runbook }: WalkState, input: EvidenceInput): readonly Line[] {
  const forms = [chartLines, ageLines, (): readonly Line[] => []].map((below) =>
    evidence.flatMap((one) => evidenceLines(one, runbook.metrics[one.metric]?.maxAgeMs, input, below)),
  );
  return forms.find((lines) => lines.length <= input.rows) ?? forms.at(-1) ?? [];
}

type Below = (evidence: Evidence, age: Age, input: EvidenceInput) => readonly Line[];

const titleCells = 20;

/** One reading: value, limits, age; below it what there is room for. */
function evidenceLines(
  evidence: Evidence,
  maxAgeMs: number | undefined,
  input: EvidenceInput,
  below: Below,
): readonly Line[] {
  const { title, unit, reading, thresholds } = evidence;
  const { ellipsis } = input.glyphs;
  const name = piece(`${padTo(title, titleCells, 'left', ellipsis)} `);
  if (reading.kind === 'none') return [[name, piece('no data: ', 'warn', true), piece(reading.why, 'warn')]];
  const stale = input.nowMs - reading.atMs > (maxAgeMs ?? Number.POSITIVE_INFINITY);
  const age = { text: `${stale ? 'stale ' : ''}${formatAge(input.nowMs - reading.atMs)}`, stale };
  const limits = thresholds.map((limit) => formatValue(limit, unit)).join(' and ');
  const value = [
    name,
    piece(formatValue(reading.value, unit), stale ? 'quiet' : 'plain', true),
    piece(limits === '' ? '' : `  against ${limits}`, 'quiet'),
  ];
  return [
    endsOf(value, [piece(age.text, stale ? 'warn' : 'quiet')], input.cells, ellipsis),
    ...below(evidence, age, input),
  ];
}

const ageLines: Below = ({ source }) => [[piece(`${indent}from ${source}`, 'quiet')]];

const chartLines: Below = (evidence, age, input) => {
  const { cells, nowMs, glyphs } = input;
  const columns = cells - indent.length;
  const spanMs = spanFor(evidence.points, nowMs);
  const [row = ''] = bars(columnsOf(evidence.points, { columns, spanMs, nowMs }), 1, glyphs.bars);
  return [
    [piece(indent + row, age.stale ? 'quiet' : 'accent')],
    [piece(indent + axis(columns, spanMs, glyphs.rule), 'quiet')],
    ...ageLines(evidence, age, input),
  ];
};
