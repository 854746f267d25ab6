import { Box } from 'ink';
import { useFeed } from '../hook/use-feed.ts';
import { useNow } from '../hook/use-now.ts';
import { cutLine } from '../line.ts';
import { feedAge } from '../readings.ts';
import { useShell } from '../shell.ts';
import { verdictLine } from '../verdict.ts';
import { Line } from './text.tsx';

/** For terminals too small for more: the verdict, on every screen. */
export function PlainHeader() {
  const { ports, theme, frame } = useShell();
  const now = useNow();
  const feed = ports.feeds.status;
  const state = useFeed(feed);
  const line = verdictLine(state, feedAge(state, feed.intervalMs, now), now, theme.glyphs);
  return (
    <Box paddingX={1} flexShrink={0}>
      <Line of={cutLine(line, frame.columns - 2, theme.glyphs.ellipsis)} />
    </Box>
  );
}
