import { Box } from 'ink';
import { useFeed } from '../hook/use-feed.ts';
import { useNow } from '../hook/use-now.ts';
import { cellsOfLine, cutLine, endsOf, type Line as LineData, piece } from '../line.ts';
import type { ScreenId } from '../navigation.ts';
import { feedAge } from '../readings.ts';
import { useShell } from '../shell.ts';
import { lossLine, productionBar, runbookLine, verdictLine, worldLine } from '../verdict.ts';
import { Line } from './text.tsx';

interface HeaderProps {
  readonly screen: ScreenId;
  readonly tabs: readonly { readonly id: ScreenId; readonly title: string; readonly key: string }[];
  /** Whether digits open tabs here. */
  readonly showKeys: boolean;
  readonly runbookKey: string;
}

/** Top left on every screen: is it broken, since when, what is at stake, what to open. */
export function Header({ screen, tabs, showKeys, runbookKey }: HeaderProps) {
  const { ports, theme, frame } = useShell();
  const now = useNow();
  const state = useFeed(ports.feeds.status);
  const age = feedAge(state, ports.feeds.status.intervalMs, now);
  const { dot, ellipsis } = theme.glyphs;
  const cells = frame.columns - 2;
  const verdict = [
    ...productionBar(ports.world, cells, ellipsis),
    ...verdictLine(state, age, now, theme.glyphs),
    piece(`  ${dot}  `, 'quiet'),
    ...lossLine(state, age),
  ];
  const runbook = runbookLine(age.stale ? undefined : state.last?.value, runbookKey);
  const world = worldLine(ports.world, now, cells - cellsOfLine(runbook) - 2, ellipsis);
  return (
    <Box flexDirection="column" flexShrink={0} paddingX={1}>
      <Line of={endsOf(verdict, [], cells, ellipsis)} />
      <Line of={endsOf(runbook, world, cells, ellipsis)} />
      <Line of={cutLine(tabsLine({ tabs, screen, showKeys }, theme.glyphs.rule, cells), cells, ellipsis)} />
    </Box>
  );
}

function tabsLine(
  { tabs, screen, showKeys }: Pick<HeaderProps, 'tabs' | 'screen' | 'showKeys'>,
  glyph: string,
  cells: number,
): LineData {
  const titles = tabs.flatMap(({ id, title, key }) => [
    piece(`${glyph} `, 'quiet'),
    piece(showKeys ? `${key} ` : '', 'accent'),
    id === screen ? piece(`${title.toUpperCase()} `, 'accent', true) : piece(`${title} `, 'quiet'),
  ]);
  return [...titles, piece(glyph.repeat(Math.max(0, cells - cellsOfLine(titles))), 'quiet')];
}
