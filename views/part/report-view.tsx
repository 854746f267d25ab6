import { Box } from 'ink';
import type { Report } from '../../src/action/action.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { cutLine } from '../line.ts';
import { reportLines } from '../plan-text.ts';
import { useShell } from '../shell.ts';
import { ScrollLines } from './scroll-lines.tsx';

interface ReportViewProps {
  readonly report: Report;
  readonly onClose: () => void;
}

/** What became of it, in words. */
export function ReportView({ report, onClose }: ReportViewProps) {
  const { theme, frame } = useShell();
  const cells = frame.columns - 2;
  const lines = reportLines(report, theme.glyphs, cells).map((line) =>
    cutLine(line, cells, theme.glyphs.ellipsis),
  );
  const positions = Math.max(1, lines.length - frame.contentRows + 2);
  const list = useList(positions, frame.contentRows, 'scroll');
  useKeys('screen', { rows: [...list.rows, { keys: ['esc'], what: 'close the report', run: onClose }] });
  return (
    <Box flexDirection="column" paddingX={1}>
      <ScrollLines lines={lines} from={list.selected} height={frame.contentRows} />
    </Box>
  );
}
