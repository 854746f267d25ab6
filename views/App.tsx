import { Box, useInput, usePaste } from 'ink';
import { useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { type Keystroke, keystrokesOf } from './keystroke.ts';
import { frameOf, type Size } from './layout.ts';
import type { Machinery } from './machinery.ts';
import { closed, opened, type View, type ViewStack } from './navigation.ts';
import { Room } from './room.tsx';
import { type Shell, ShellContext, useShell } from './shell.ts';

interface AppProps {
  readonly machinery: Machinery;
  readonly size: Size;
  readonly first: View;
}

const moved = (stack: ViewStack, move: View | 'back'): ViewStack =>
  move === 'back' ? closed(stack) : opened(stack, move);

export function App({ machinery, size: { columns, rows }, first }: AppProps) {
  const { ports, theme, dispatcher, ticker, memory, notice, track } = machinery;
  const [stack, move] = useReducer(moved, [first]);
  const [busy, setBusy] = useState<string>();
  const frame = useMemo(() => frameOf({ columns, rows }), [columns, rows]);
  const shell: Shell = useMemo(
    () => ({
      ...{ ports, theme, dispatcher, ticker, memory, track, frame, setBusy },
      open: move,
      back: () => move('back'),
      say: notice.set,
    }),
    [ports, theme, dispatcher, ticker, memory, track, frame, notice],
  );
  return (
    <ShellContext value={shell}>
      <Keyboard />
      {/* Of the terminal's own width: after a shrink, rows of a fixed width would stay corrupt. */}
      <Box width="100%" height={rows} flexDirection="column" overflow="hidden">
        <Room machinery={machinery} stack={stack} busy={busy} />
      </Box>
    </ShellContext>
  );
}

/**
 * The only reader of the keyboard. Several keys can arrive in one piece: each is pressed in a commit of its own, so
 * that it meets the screen that the key before it made.
 */
function Keyboard() {
  const { dispatcher } = useShell();
  const waiting = useRef<Keystroke[]>([]);
  const [turn, nextTurn] = useReducer((count: number) => count + 1, 0);
  useInput((input, key) => {
    waiting.current.push(...keystrokesOf(input, key));
    nextTurn();
  });
  usePaste(dispatcher.paste);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is what makes the next key due
  useEffect(() => {
    const stroke = waiting.current.shift();
    if (stroke) dispatcher.press(stroke);
    if (waiting.current.length > 0) nextTurn();
  }, [turn, dispatcher]);
  return null;
}
