import { Box } from 'ink';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { type KeyRow, labelOf } from '../keymap.ts';
import { type Line as LineData, padTo, piece } from '../line.ts';
import { ScrollLines } from '../part/scroll-lines.tsx';
import { Line } from '../part/text.tsx';
import { useShell } from '../shell.ts';

interface HelpProps {
  readonly rows: readonly KeyRow[];
  readonly onClose: () => void;
}

/** Every key of the screen below, with the reason where one does nothing now. */
export function Help({ rows, onClose }: HelpProps) {
  const { theme, frame } = useShell();
  // What everybody knows comes last: a low terminal shows the first of them.
  const known = (row: KeyRow) => row.helpOnly === true;
  const lines = [...rows.filter((row) => !known(row)), ...rows.filter(known)].map(
    ({ keys, what, disabled }): LineData => [
      piece(
        padTo(keys.map((key) => labelOf(key, theme.glyphs)).join(' '), 16),
        disabled ? 'quiet' : 'accent',
      ),
      piece(what, disabled ? 'quiet' : 'plain'),
      ...(disabled ? [piece(`  not now: ${disabled}`, 'quiet')] : []),
    ],
  );
  const height = frame.contentRows - 1;
  const list = useList(Math.max(1, lines.length - height + 2), height, 'scroll');
  useKeys('modal', {
    rows: [...list.rows, { keys: ['esc', '?', 'q', 'enter'], what: 'close the help', run: onClose }],
  });
  return (
    <Box flexDirection="column" paddingX={1} height={frame.contentRows} flexShrink={0} overflow="hidden">
      <Line of={[piece('Keys', 'plain', true)]} />
      <ScrollLines lines={lines} from={list.selected} height={height} />
    </Box>
  );
}
