import { Box } from 'ink';
import { useKeys } from '../hook/use-keys.ts';
import { piece } from '../line.ts';
import { useShell } from '../shell.ts';
import { Line } from './text.tsx';

/** Something is being read; the operator may leave. */
export function Waiting({ what, onLeave }: { readonly what: string; readonly onLeave: () => void }) {
  const { theme } = useShell();
  useKeys('screen', { rows: [{ keys: ['esc'], what: 'back', run: onLeave }] });
  return (
    <Box paddingX={1}>
      <Line of={[piece(`${what} ${theme.glyphs.ellipsis}`, 'quiet')]} />
    </Box>
  );
}
