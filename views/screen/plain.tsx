import { Box } from 'ink';
import { useFeed } from '../hook/use-feed.ts';
import { useNow } from '../hook/use-now.ts';
import { Lines } from '../part/text.tsx';
import { reasonLines } from '../reasons.ts';
import { useShell } from '../shell.ts';
import { placeLine } from '../verdict.ts';

/** For terminals too small for anything else: what is wrong, and where. */
export function Plain() {
  const { ports, theme, frame } = useShell();
  const now = useNow();
  const state = useFeed(ports.feeds.status);
  const { glyphs } = theme;
  const cells = frame.columns - 2;
  const rows = Math.max(0, frame.contentRows - 1);
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={reasonLines(state, { rows, cells, glyphs })} />
      <Lines of={[placeLine(ports.world, now, cells, glyphs.ellipsis)]} />
    </Box>
  );
}
