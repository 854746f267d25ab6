import { Box, useApp, useInput, usePaste } from 'ink';
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { keystrokesOf } from './keystroke.ts';
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
  const { ports, theme, dispatcher, ticker, memory, gameList, notice, track } = machinery;
  const [stack, move] = useReducer(moved, [first]);
  const [busy, setBusy] = useState<string>();
  const frame = useMemo(() => frameOf({ columns, rows }), [columns, rows]);
  const lend = useLending(machinery);
  const shell: Shell = useMemo(
    () => ({
      ...{ ports, theme, dispatcher, ticker, memory, gameList, track, lend, frame, setBusy },
      open: move,
      back: () => move('back'),
      say: notice.set,
    }),
    [ports, theme, dispatcher, ticker, memory, gameList, track, lend, frame, notice],
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

/** The other program may change the size of the terminal, so the whole screen is drawn afterwards. */
function useLending({ lent, redraw }: Machinery): Shell['lend'] {
  const { suspendTerminal } = useApp();
  return useCallback(
    async (work) => {
      let ended: (() => Awaited<ReturnType<typeof work>>) | undefined;
      lent.set(true);
      try {
        await suspendTerminal(async () => {
          const value = await work();
          ended = () => value;
        });
      } finally {
        lent.set(false);
        redraw();
      }
      if (!ended) throw new Error('The terminal came back before the work had ended');
      return ended();
    },
    [lent, redraw, suspendTerminal],
  );
}

/**
 * The only reader of the keyboard. Keys and pastes can arrive in one piece: each is handed over in a commit of its
 * own, in the order in which they came, so that it meets the screen that the one before it made. The first is at once:
 * a commit before it would draw a frame that nothing changed in, and the next would wait for its turn.
 */
function Keyboard() {
  const { dispatcher } = useShell();
  const waiting = useRef<(() => void)[]>([]);
  const awaitsCommit = useRef(false);
  const [turn, nextTurn] = useReducer((count: number) => count + 1, 0);
  const handOver = useCallback(() => {
    const arrival = waiting.current.shift();
    if (!arrival) return;
    awaitsCommit.current = true;
    nextTurn();
    arrival();
  }, []);
  const queue = (...arrivals: (() => void)[]) => {
    waiting.current.push(...arrivals);
    if (!awaitsCommit.current) handOver();
  };
  useInput((input, key) =>
    queue(...keystrokesOf(input, key).map((stroke) => () => dispatcher.press(stroke))),
  );
  usePaste((text) => queue(() => dispatcher.paste(text)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is what makes the next arrival due
  useEffect(() => {
    awaitsCommit.current = false;
    if (waiting.current.length === 0) return;
    // In a task of its own: React takes more than 50 updates out of one another for an endless loop, and ends.
    const next = setImmediate(handOver);
    return () => clearImmediate(next);
  }, [turn]);
  return null;
}
