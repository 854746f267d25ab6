import { Box } from 'ink';
import { spanFor } from '../chart.ts';
import { useFeed } from '../hook/use-feed.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useNow } from '../hook/use-now.ts';
import { useRefreshKey } from '../hook/use-refresh.ts';
import { overviewRooms } from '../layout.ts';
import { breakerPanel, figurePanels, flagPanel, storagePanels } from '../panels.ts';
import { FigureGrid } from '../part/figure-grid.tsx';
import { FigureRows } from '../part/figure-rows.tsx';
import { Lines } from '../part/text.tsx';
import { feedAge } from '../readings.ts';
import { reasonLines } from '../reasons.ts';
import { useShell } from '../shell.ts';

/** Everything at a glance: why the verdict is what it is, then the figures behind it. */
export function Overview() {
  const { ports, frame, theme, memory } = useShell();
  const feed = ports.feeds.status;
  const now = useNow();
  const status = useFeed(feed);
  useKeys('screen', { rows: [useRefreshKey(feed)] });
  const age = feedAge(status, feed.intervalMs, now);
  const panels = [
    ...figurePanels(memory.figures(status), now, feed.intervalMs),
    breakerPanel(status, age, now),
    flagPanel(status, age),
    ...storagePanels(status, age),
  ];
  const { reasonRows, figures } = overviewRooms(frame);
  const reasons = { rows: reasonRows, cells: frame.columns - 2, glyphs: theme.glyphs };
  const drawing = { panels, room: figures, spanMs: spanFor(ports.history('transitions'), now), nowMs: now };
  return (
    <Box flexDirection="column">
      <Box paddingX={1}>
        <Lines of={reasonLines(status, reasons)} />
      </Box>
      {frame.form === 'grid' ? <FigureGrid {...drawing} /> : <FigureRows {...drawing} />}
    </Box>
  );
}
