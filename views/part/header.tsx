import { Box } from 'ink';
import { useFeed } from '../hook/use-feed.ts';
import { useNow } from '../hook/use-now.ts';
import { cellsOfLine, endsOf, type Line as LineData, piece } from '../line.ts';
import type { ScreenId } from '../navigation.ts';
import { feedAge } from '../readings.ts';
import { useShell } from '../shell.ts';
import { lossLine, runbookLine, verdictLine, worldLine } from '../verdict.ts';
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
  const verdict = [
    ...verdictLine(state, age, now, theme.glyphs),
    piece(`  ${dot}  `, 'quiet'),
    ...lossLine(state, age),
  ];
  const runbook = runbookLine(age.stale ? undefined : state.last?.value, runbookKey);
  const cells = frame.columns - 2;
  const world = worldLine(ports.world, now, cells - cellsOfLine(runbook) - 2, ellipsis);
  return (
    <Box flexDirection="column" flexShrink={0} paddingX={1}>
      <Line of={endsOf(verdict, [], cells, ellipsis)} />
      <Line of={endsOf(runbook, world, cells, ellipsis)} />
      <Line
        of={endsOf(
          tabsLine(tabs, screen, theme.glyphs.rule, showKeys),
          rule(theme.glyphs.rule, cells),
          cells,
          '',
        )}
      />
    </Box>
  );
}

const rule = (glyph: string, cells: number): LineData => [
  piece(glyph.repeat(Math.max(0, cells - 52)), 'quiet'),
];

function tabsLine(tabs: HeaderProps['tabs'], screen: ScreenId, glyph: string, showKeys: boolean): LineData {
  return tabs.flatMap(({ id, title, key }) => [
    piece(`${glyph} `, 'quiet'),
    piece(showKeys ? `${key} ` : '', 'accent'),
    id === screen ? piece(`${title.toUpperCase()} `, 'accent', true) : piece(`${title} `, 'quiet'),
  ]);
}
