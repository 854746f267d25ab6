import { Box } from 'ink';
import type { Plan } from '../../src/action/plan.ts';
import { useTextField } from '../hook/use-text-field.ts';
import { cutLine, type Line as LineData, piece, wrap } from '../line.ts';
import { countsLine } from '../plan-text.ts';
import { useShell } from '../shell.ts';
import { fieldLine } from './field.ts';
import { Lines } from './text.tsx';

interface ConfirmationProps {
  readonly plan: Plan;
  readonly onConfirm: (typed: string) => void;
  readonly onCancel: () => void;
}

/**
 * Cancel is in front: Enter alone, pressed or held down, cancels. Only the environment's whole name brings Run to
 * the front.
 */
export function Confirmation({ plan, onConfirm, onCancel }: ConfirmationProps) {
  const { ports, theme, frame } = useShell();
  const { environment } = plan;
  const edit = useTextField({
    layer: 'modal',
    rows: ({ text }) => rowsFor(text, environment, onConfirm, onCancel),
  });
  const cells = frame.columns - 2;
  const matches = edit.text === environment;
  const plain = frame.form === 'plain';
  const gap: readonly LineData[] = plain ? [] : [[]];
  const [counts, place] = [countsLine(plan.changes), piece(plan.place, 'quiet')];
  const lines: readonly LineData[] = [
    [piece('CONFIRM  ', 'bad', true), piece(plan.title, 'plain', true)],
    ...(plain ? [[...counts, place]] : [[place], counts]),
    ...warningLines(plan.warnings, cells, frame.contentRows - (plain ? 5 : 8)),
    ...gap,
    [
      piece('Type '),
      piece(environment, ports.world.production ? 'loud' : 'warn', true),
      piece(' to run it there'),
    ],
    fieldLine('>', edit, theme.glyphs, cells),
    ...gap,
    [
      piece(matches ? '  Cancel  ' : '[ Cancel ]', matches ? 'quiet' : 'accent', !matches),
      piece('  '),
      piece(matches ? '[ Run ]' : '  Run  ', matches ? 'bad' : 'quiet', matches),
    ],
  ];
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={lines.map((line) => cutLine(line, cells, theme.glyphs.ellipsis))} />
    </Box>
  );
}

/** Whole as far as rows allow; what is left out is counted. */
function warningLines(warnings: readonly string[], cells: number, rows: number): readonly LineData[] {
  const lines = warnings.flatMap((warning) =>
    wrap(warning, cells - 2).map((text, row) => [piece(row === 0 ? '! ' : '  ', 'warn'), piece(text)]),
  );
  if (lines.length <= rows) return lines;
  if (rows < 2) return warnings.slice(0, 1).map((text) => [piece('! ', 'warn'), piece(text)]);
  const hidden = lines.length - rows + 1;
  return [...lines.slice(0, rows - 1), [piece(`! ${hidden} more lines of warnings in the preview`, 'warn')]];
}

function rowsFor(
  text: string,
  environment: string,
  onConfirm: (typed: string) => void,
  onCancel: () => void,
) {
  const wrong = text !== '' && text !== environment;
  return [
    {
      keys: ['enter'],
      what: text === environment ? 'run' : text === '' ? 'cancel' : 'run',
      disabled: wrong ? `"${text}" is not the name of this environment, ${environment}` : undefined,
      run: () => (text === environment ? onConfirm(text) : onCancel()),
    },
    { keys: ['esc'], what: 'cancel', run: onCancel },
  ];
}
