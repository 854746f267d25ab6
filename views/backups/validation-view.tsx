import { Box } from 'ink';
import { formatBytes, formatValue } from '../../src/base/units.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { useProgress } from '../hook/use-progress.ts';
import { type Line as LineData, piece, wrap } from '../line.ts';
import { faultLines } from '../part/fault-notice.tsx';
import { ScrollLines } from '../part/scroll-lines.tsx';
import { useShell } from '../shell.ts';
import type { Glyphs } from '../theme.ts';
import { useValidation, type Validating } from './use-validation.ts';

interface ValidationViewProps {
  readonly name: string;
  readonly onClose: () => void;
}

/** Reads a whole archive back and says whether it could be restored from. */
export function ValidationView({ name, onClose }: ValidationViewProps) {
  const { theme, frame } = useShell();
  const { validating, interrupt } = useValidation(name);
  const told = useProgress();
  const cells = frame.columns - 2;
  const lines = [
    [piece('VALIDATE  ', 'accent', true), piece(name, 'plain', true)],
    [],
    ...validationLines(validating, theme.glyphs, cells, told),
  ];
  const list = useList(Math.max(1, lines.length - frame.contentRows + 2), frame.contentRows, 'scroll');
  const reading = validating.at === 'reading';
  useKeys('screen', {
    rows: [
      ...list.rows,
      reading
        ? { keys: ['x', 'esc'], what: 'interrupt', run: interrupt }
        : { keys: ['esc'], what: 'back to the archives', run: onClose },
    ],
  });
  return (
    <Box flexDirection="column" paddingX={1}>
      <ScrollLines lines={lines} from={list.selected} height={frame.contentRows} />
    </Box>
  );
}

function validationLines(
  validating: Validating,
  glyphs: Glyphs,
  cells: number,
  told: ReturnType<typeof useProgress>,
): readonly LineData[] {
  if (validating.at === 'failed') return faultLines('It could not be validated', validating.fault, cells);
  if (validating.at === 'reading') {
    const read = told('reading', validating.progress);
    return [[piece(read === '' ? `Reading it back ${glyphs.ellipsis}` : `Read back: ${read}`, 'quiet')]];
  }
  const { ok, games, bytesRead, problems } = validating.validation;
  const read = `${formatValue(games, 'games')} games, ${formatBytes(bytesRead)} read`;
  if (ok) return [[piece(`${glyphs.step.done} VALID: every hash matches. `, 'good', true), piece(read)]];
  return [
    [piece(`${glyphs.step.failed} NOT VALID: do not restore from it. `, 'bad', true), piece(read)],
    ...problems.flatMap((problem) => wrap(problem, cells - 2).map((text) => [piece(`  ${text}`)])),
  ];
}
