import { Box } from 'ink';
import type { Fault } from '../../src/base/fault.ts';
import { useKeys } from '../hook/use-keys.ts';
import { type Line as LineData, piece, wrap } from '../line.ts';
import { useShell } from '../shell.ts';
import { Lines } from './text.tsx';

interface FaultNoticeProps {
  readonly title: string;
  readonly fault: Fault;
  readonly onAgain: () => void;
  readonly onLeave: () => void;
}

/** What went wrong, and what to do about it. */
export function FaultNotice({ title, fault, onAgain, onLeave }: FaultNoticeProps) {
  const { frame } = useShell();
  useKeys('screen', {
    rows: [
      { keys: ['r'], what: 'try again', run: onAgain },
      { keys: ['esc'], what: 'back', run: onLeave },
    ],
  });
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={faultLines(title, fault, frame.columns - 2)} />
    </Box>
  );
}

export function faultLines(title: string, fault: Fault, cells: number): readonly LineData[] {
  return [
    ...wrap(title, cells).map((text) => [piece(text, 'bad')]),
    ...wrap(`${fault.message} (${fault.code})`, cells).map((text) => [piece(text)]),
    ...(fault.next ? wrap(`Next: ${fault.next}`, cells).map((text) => [piece(text, 'accent')]) : []),
  ];
}
