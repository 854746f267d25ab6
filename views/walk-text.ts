/** A runbook's node, the way to it and its evidence, in words. */
import { formatAge, formatValue } from '../src/base/units.ts';
import type { RunbookNode } from '../src/runbook/runbook.ts';
import type { Evidence, WalkState, Way } from '../src/runbook/walk.ts';
import { axis, bars, columnsOf, spanFor } from './chart.ts';
import { cellsOf, endsOf, type Line, padTo, piece, wrap } from './line.ts';
import type { Age } from './readings.ts';
import type { Glyphs } from './theme.ts';

const indent = '  ';

/** The nodes passed, oldest first, and where the operator is. */
export function pathLines(
  { path, node, runbook }: WalkState,
  glyphs: Glyphs,
  cells: number,
): readonly Line[] {
  return [
    ...path.flatMap(({ nodeId, title, label, overrideReason }) => [
      ...wrap(title, cells).map((text) => [piece(text, 'quiet')]),
      ...wrap(label, cells - 4).map((text) => [piece(`${indent}${glyphs.dash} ${text}`)]),
      ...(overrideReason
        ? wrap(
            `${runbook.nodes[nodeId]?.kind === 'action' ? 'not done' : 'against the suggestion'}: ${overrideReason}`,
            cells - 4,
          ).map((text) => [piece(`${indent}! ${text}`, 'warn')])
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

/** The node and the ways on. Where rows are short its text gives way: what the keys do must be seen. */
export function nodeBlock(
  { node, ways }: WalkState,
  glyphs: Glyphs,
  cells: number,
  rows: number,
): readonly Line[] {
  const waysOn = wayLines(ways, glyphs, cells);
  const full = [...nodeLines(node, node.text ?? '', cells), [], ...waysOn];
  if (full.length <= rows) return full;
  const brief = [...nodeLines(node, '', cells), ...waysOn];
  if (brief.length <= rows) return brief;
  // A line each; whoever draws them cuts what is too long.
  return [
    [piece(`${kindWords[node.kind]}  ${node.title}`, 'plain', true)],
    ...ways.map((way, index) => wayLine(way, index, glyphs)),
  ];
}

const wayLine = ({ label, suggested }: Way, index: number, glyphs: Glyphs): Line => [
  piece(suggested ? `${glyphs.selected} ` : indent, 'accent'),
  piece(`${index + 1}  `, 'accent', true),
  ...(suggested ? [piece('suggested  ', 'accent')] : []),
  piece(label, 'plain', suggested),
];

function nodeLines(node: RunbookNode, text: string, cells: number): readonly Line[] {
  return [
    ...wrap(`${kindWords[node.kind]}  ${node.title}`, cells).map((text) => [piece(text, 'plain', true)]),
    ...(text === '' ? [] : wrap(text, cells)).map((text) => [piece(text)]),
    ...(node.kind === 'instruction'
      ? node.commands.map((command): Line => [piece(`${indent}$ `, 'quiet'), piece(command, 'accent')])
      : []),
    ...(node.kind === 'outcome' ? [[piece(`Result: ${node.result}`, 'good' as const, true)]] : []),
  ];
}

/** Numbered as the keys are; the suggested one says so, and why. */
function wayLines(ways: readonly Way[], glyphs: Glyphs, cells: number): readonly Line[] {
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

/** All evidence of the node; where rows are short each gets one line, then the sources go. */
export function evidenceBlock({ evidence, runbook }: WalkState, input: EvidenceInput): readonly Line[] {
  const ageOfOne = ({ metric, reading }: Evidence): Age => {
    const ageMs = reading.kind === 'value' ? input.nowMs - reading.atMs : 0;
    const stale = ageMs > (runbook.metrics[metric]?.maxAgeMs ?? Number.POSITIVE_INFINITY);
    return { text: `${stale ? 'stale ' : ''}${formatAge(ageMs)}`, stale };
  };
  const tall = evidence.flatMap((one) => tallEvidence(one, ageOfOne(one), input));
  if (tall.length <= input.rows) return tall;
  const limitCells = Math.max(0, ...evidence.map((one) => cellsOf(limitsOf(one))));
  const columns = sparkCells(input.cells, limitCells);
  const short = evidence.map((one) => shortEvidence(one, ageOfOne(one), { ...input, columns, limitCells }));
  const sources = [...new Set(evidence.map(({ source }) => source))].map((source) => [
    piece(`from ${source}`, 'quiet'),
  ]);
  return short.length + sources.length <= input.rows ? [...short, ...sources] : short;
}

const titleCells = 21;
const valueCells = 9;

const missingEvidence = ({ title, reading }: Evidence, ellipsis: string): Line => [
  piece(`${padTo(title, titleCells, 'left', ellipsis)} `),
  piece('no data: ', 'warn', true),
  piece(reading.kind === 'none' ? reading.why : '', 'warn'),
];

const ageCells = 10;
const widestSpark = 24;

const sparkCells = (cells: number, limitCells: number) =>
  Math.max(0, Math.min(widestSpark, cells - titleCells - valueCells - limitCells - ageCells - 7));

interface ShortInput extends EvidenceInput {
  readonly columns: number;
  readonly limitCells: number;
}

/** Title, value, sparkline, limits and age in one line, in columns that are the same for all. */
function shortEvidence(evidence: Evidence, age: Age, input: ShortInput): Line {
  const { cells, columns, limitCells, nowMs, glyphs } = input;
  const { title, unit, reading, points } = evidence;
  if (reading.kind === 'none') return missingEvidence(evidence, glyphs.ellipsis);
  const [row = ''] = bars(
    columnsOf(points, { columns, spanMs: spanFor(points, nowMs), nowMs }),
    1,
    glyphs.bars,
  );
  const left = [
    piece(`${padTo(title, titleCells, 'left', glyphs.ellipsis)} `),
    piece(
      `${padTo(formatValue(reading.value, unit), valueCells, 'right')}  `,
      age.stale ? 'quiet' : 'plain',
      true,
    ),
    piece(`${row}  `, age.stale ? 'quiet' : 'accent'),
    piece(padTo(limitsOf(evidence), limitCells), 'quiet'),
  ];
  return endsOf(left, [piece(age.text, age.stale ? 'warn' : 'quiet')], cells, glyphs.ellipsis);
}

/** With a chart of its own, its time axis and its source. */
function tallEvidence(
  evidence: Evidence,
  age: Age,
  { cells, nowMs, glyphs }: EvidenceInput,
): readonly Line[] {
  const { title, unit, reading, points, source } = evidence;
  if (reading.kind === 'none') return [missingEvidence(evidence, glyphs.ellipsis), []];
  const columns = cells - indent.length;
  const spanMs = spanFor(points, nowMs);
  const [row = ''] = bars(columnsOf(points, { columns, spanMs, nowMs }), 1, glyphs.bars);
  const head = [
    piece(`${padTo(title, titleCells, 'left', glyphs.ellipsis)} `),
    piece(formatValue(reading.value, unit), age.stale ? 'quiet' : 'plain', true),
  ];
  return [
    endsOf(head, [piece(age.text, age.stale ? 'warn' : 'quiet')], cells, glyphs.ellipsis),
    [piece(indent + row, age.stale ? 'quiet' : 'accent')],
    [piece(indent + axis(columns, spanMs, glyphs.rule), 'quiet')],
    [piece(`${indent}${limitsOf(evidence, '; ')}from ${source}`, 'quiet')],
    [],
  ];
}

function limitsOf({ thresholds, unit }: Evidence, after = ''): string {
  if (thresholds.length === 0) return '';
  return `limits ${thresholds.map((limit) => formatValue(limit, unit)).join(' and ')}${after}`;
}
