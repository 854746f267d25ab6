import { Box } from 'ink';
import type { ReactNode } from 'react';
import { useKeys } from '../hook/use-keys.ts';
import { type LongRead, type Reader, useLongRead } from '../hook/use-long-read.ts';
import { useProgress } from '../hook/use-progress.ts';
import { cutLine, type Line, piece } from '../line.ts';
import { useShell } from '../shell.ts';
import { faultLines } from './fault-notice.tsx';
import { Lines } from './text.tsx';

interface UntilReadProps<T> {
  /** What is read, as the screen's first line. */
  readonly title: Line;
  /** Keeps its identity for as long as it reads the same. */
  readonly read: Reader<T>;
  /** What goes on, to somebody who wants to leave: `a validation`. */
  readonly busy: string;
  /** What to say when it failed. */
  readonly failure: string;
  /** Where Esc leads: `back to the archives`. */
  readonly backTo: string;
  readonly onClose: () => void;
  readonly children: (value: T) => ReactNode;
}

/** What was read; until then how far it is, or why it did not come. */
export function UntilRead<T>({ read, busy, children, ...about }: UntilReadProps<T>) {
  const { reading, interrupt, again } = useLongRead(busy, read);
  if (reading.at === 'ended') return children(reading.value);
  return <NotYet reading={reading} onInterrupt={interrupt} onAgain={again} {...about} />;
}

interface NotYetProps extends Pick<UntilReadProps<never>, 'title' | 'failure' | 'backTo' | 'onClose'> {
  readonly reading: Exclude<LongRead<never>, { at: 'ended' }>;
  readonly onInterrupt: () => void;
  readonly onAgain: () => void;
}

function NotYet({ title, failure, backTo, reading, onInterrupt, onAgain, onClose }: NotYetProps) {
  const { frame, theme } = useShell();
  const told = useProgress();
  const goesOn = reading.at === 'reading';
  useKeys('screen', {
    rows: goesOn
      ? [{ keys: ['x', 'esc'], what: 'interrupt', run: onInterrupt }]
      : [
          { keys: ['r'], what: 'try again', run: onAgain },
          { keys: ['esc'], what: backTo, run: onClose },
        ],
  });
  const cells = frame.columns - 2;
  const text = goesOn ? told('reading', reading.progress) : '';
  const { ellipsis } = theme.glyphs;
  const below = goesOn
    ? [[piece(text === '' ? `Reading ${ellipsis}` : `Read: ${text}`, 'quiet')]]
    : faultLines(failure, reading.fault, cells);
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={[cutLine(title, cells, ellipsis), [], ...below]} />
    </Box>
  );
}
