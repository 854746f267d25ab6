import { Box } from 'ink';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { cutLine, type Line as LineData } from '../line.ts';
import { useShell } from '../shell.ts';
import { ScrollLines } from './scroll-lines.tsx';

interface ScrollScreenProps {
  readonly lines: readonly LineData[];
  /** What Esc does: `back to the games`. */
  readonly leave: string;
  readonly onClose: () => void;
}

/** Nothing but lines, to scroll through and leave. */
export function ScrollScreen({ lines, leave, onClose }: ScrollScreenProps) {
  const { theme, frame } = useShell();
  const height = frame.contentRows;
  const list = useList(Math.max(1, lines.length - height + 2), height, 'scroll');
  useKeys('screen', { rows: [...list.rows, { keys: ['esc'], what: leave, run: onClose }] });
  const cut = lines.map((line) => cutLine(line, frame.columns - 2, theme.glyphs.ellipsis));
  return (
    <Box flexDirection="column" paddingX={1}>
      <ScrollLines lines={cut} from={list.selected} height={height} />
    </Box>
  );
}
