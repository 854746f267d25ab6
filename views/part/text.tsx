/**
 * The only door to Ink's Text. Every string is made harmless here, so that no text from outside reaches the
 * terminal unescaped, whichever screen forgot about it.
 */
import { Box, Text as InkText } from 'ink';
import { Children, memo, type ReactNode } from 'react';
import { safeLine } from '../../src/base/safe-text.ts';
import { type Line as LineData, sameLine } from '../line.ts';
import { useShell } from '../shell.ts';
import type { Tone } from '../theme.ts';

interface TextProps {
  readonly tone?: Tone | undefined;
  readonly bold?: boolean | undefined;
  readonly children?: ReactNode;
}

/** One row of text; what does not fit is cut off. */
export function Text({ tone = 'plain', bold, children }: TextProps) {
  const style = useShell().theme.style(tone);
  return (
    <InkText wrap="truncate-end" {...style} {...(bold ? { bold } : {})}>
      {Children.map(children, (child) =>
        typeof child === 'string' || typeof child === 'number' ? safeLine(String(child)) : child,
      )}
    </InkText>
  );
}

/** A line of pieces; it takes its row even when it is empty. Drawn again only once its pieces differ. */
export const Line = memo(
  function Line({ of }: { readonly of: LineData }) {
    const [only] = of;
    return (
      <Box height={1} flexShrink={0}>
        {only && of.length === 1 ? (
          <Text tone={only.tone} bold={only.bold}>
            {only.text}
          </Text>
        ) : (
          <Text>
            {of.map(({ text, tone, bold }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a line have no identity but their place
              <Text key={index} tone={tone} bold={bold}>
                {text}
              </Text>
            ))}
          </Text>
        )}
      </Box>
    );
  },
  (before, after) => sameLine(before.of, after.of),
);

export function Lines({ of }: { readonly of: readonly LineData[] }) {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {of.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
        <Line key={index} of={line} />
      ))}
    </Box>
  );
}
