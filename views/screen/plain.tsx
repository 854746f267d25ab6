import { Box } from 'ink';
import { useFeed } from '../hook/use-feed.ts';
import { useNow } from '../hook/use-now.ts';
import { cutLine } from '../line.ts';
import { Lines } from '../part/text.tsx';
import { feedAge } from '../readings.ts';
import { reasonLines } from '../reasons.ts';
import { useShell } from '../shell.ts';
import { lossLine, worldLine } from '../verdict.ts';

/** For terminals too small for anything else: what is wrong and what is at stake. */
export function Plain() {
  const { ports, theme, frame } = useShell();
  const now = useNow();
  const state = useFeed(ports.feeds.status);
  const age = feedAge(state, ports.feeds.status.intervalMs, now);
  const { glyphs } = theme;
  const cells = frame.columns - 2;
  const top = [lossLine(state, age), worldLine(ports.world, now, cells)];
  const rows = Math.max(0, frame.contentRows - top.length);
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={top.map((line) => cutLine(line, cells, glyphs.ellipsis))} />
      <Lines of={reasonLines(state, { rows, cells, glyphs })} />
    </Box>
  );
}
