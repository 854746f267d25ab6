import { Box } from 'ink';
import type { ReactNode } from 'react';
import { cellsOf, cut, piece } from '../line.ts';
import type { Age } from '../readings.ts';
import { useShell } from '../shell.ts';
import { Line } from './text.tsx';

interface PanelBoxProps {
  readonly title: string;
  readonly age: Age;
  readonly width: number;
  readonly height: number;
  readonly children: ReactNode;
}

/** A box with its title and the age of its data in the top edge. */
export function PanelBox({ title, age, width, height, children }: PanelBoxProps) {
  const { theme } = useShell();
  const { rule, upright, corners, ellipsis } = theme.glyphs;
  const [topLeft = '', topRight = '', bottomLeft = '', bottomRight = ''] = corners;
  const ageText = age.text === '' ? '' : ` ${age.text} `;
  const shownTitle = cut(title, Math.max(0, width - cellsOf(ageText) - 6), ellipsis);
  const gap = Math.max(0, width - cellsOf(shownTitle) - cellsOf(ageText) - 6);
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      <Line
        of={[
          piece(`${topLeft}${rule} `, 'quiet'),
          piece(shownTitle, 'plain', true),
          piece(` ${rule.repeat(gap)}`, 'quiet'),
          piece(ageText, age.stale ? 'warn' : 'quiet'),
          piece(`${rule}${topRight}`, 'quiet'),
        ]}
      />
      <Box
        height={Math.max(0, height - 2)}
        paddingX={1}
        overflow="hidden"
        // One write a side; drawn as text, the sides would cost more than what is between them.
        borderStyle={sidesOf(upright)}
        borderTop={false}
        borderBottom={false}
        borderDimColor
      >
        {children}
      </Box>
      <Line of={[piece(`${bottomLeft}${rule.repeat(Math.max(0, width - 2))}${bottomRight}`, 'quiet')]} />
    </Box>
  );
}

const sidesOf = (upright: string) => ({
  ...{ left: upright, right: upright },
  ...{ top: '', bottom: '', topLeft: '', topRight: '', bottomLeft: '', bottomRight: '' },
});
