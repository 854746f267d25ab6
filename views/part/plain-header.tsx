import { Box } from 'ink';
import { useFeed } from '../hook/use-feed.ts';
import { useNow } from '../hook/use-now.ts';
import { feedAge } from '../readings.ts';
import { useShell } from '../shell.ts';
import { lossLine, plainHeaderLines, verdictLine } from '../verdict.ts';
import { Lines } from './text.tsx';

/** For terminals too small for more, on every screen. */
export function PlainHeader() {
  const { ports, theme, frame } = useShell();
  const now = useNow();
  const feed = ports.feeds.status;
  const state = useFeed(feed);
  const age = feedAge(state, feed.intervalMs, now);
  const said = { verdict: verdictLine(state, age, now, theme.glyphs), loss: lossLine(state, age) };
  return (
    <Box paddingX={1} flexShrink={0}>
      <Lines of={plainHeaderLines(said, ports.world, frame.columns - 2, theme.glyphs.ellipsis)} />
    </Box>
  );
}
