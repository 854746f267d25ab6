import { Box } from 'ink';
import { useKeys } from '../hook/use-keys.ts';
import { type KeyRow, labelOf } from '../keymap.ts';
import { type Line as LineData, padTo, piece } from '../line.ts';
import { Lines } from '../part/text.tsx';
import { useShell } from '../shell.ts';

interface HelpProps {
  readonly rows: readonly KeyRow[];
  readonly onClose: () => void;
}

/** Every key of the screen below, with the reason where one does nothing now. */
export function Help({ rows, onClose }: HelpProps) {
  const { theme, frame } = useShell();
  useKeys('modal', { rows: [{ keys: ['esc', '?', 'q', 'enter'], what: 'close the help', run: onClose }] });
  const lines = rows.map(
    ({ keys, what, disabled }): LineData => [
      piece(
        padTo(keys.map((key) => labelOf(key, theme.glyphs)).join(' '), 16),
        disabled ? 'quiet' : 'accent',
      ),
      piece(what, disabled ? 'quiet' : 'plain'),
      ...(disabled ? [piece(`  not now: ${disabled}`, 'quiet')] : []),
    ],
  );
  return (
    <Box flexDirection="column" paddingX={1} height={frame.contentRows} flexShrink={0} overflow="hidden">
      <Lines of={[[piece('Keys', 'plain', true)], ...lines].slice(0, frame.contentRows)} />
    </Box>
  );
}
