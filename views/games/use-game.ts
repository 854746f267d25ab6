import { useCallback, useEffect, useRef, useState } from 'react';
import { asFault, type Fault } from '../../src/base/fault.ts';
import type { GameKey, GameView } from '../../src/games/game-view.ts';
import { useShell } from '../shell.ts';

export interface GameReading {
  /** The newest that could be read; a failed reading keeps it. */
  readonly view: GameView | undefined;
  /** When `view` was read. */
  readonly atMs: number | undefined;
  readonly reading: boolean;
  /** The last reading found no such game. */
  readonly gone: boolean;
  /** The last reading failed. */
  readonly fault: Fault | undefined;
}

const first: GameReading = { view: undefined, atMs: undefined, reading: true, gone: false, fault: undefined };

/** One game, read when it is opened and on `read`. The key must keep its identity while the component lives. */
export function useGame(key: GameKey): GameReading & { read(): void } {
  const { ports } = useShell();
  const [state, setState] = useState(first);
  const stopper = useRef<AbortController>(undefined);
  const read = useCallback(() => {
    stopper.current?.abort();
    const own = new AbortController();
    stopper.current = own;
    const end = (change: Partial<GameReading>) => {
      if (!own.signal.aborted) setState((before) => ({ ...before, ...change, reading: false }));
    };
    setState((before) => ({ ...before, reading: true }));
    const show = async () => (await ports.games()).show(key, own.signal);
    show().then(
      (view) =>
        end(
          view
            ? { view, atMs: ports.clock.now(), gone: false, fault: undefined }
            : { gone: true, fault: undefined },
        ),
      (thrown) => end({ fault: asFault(thrown) }),
    );
  }, [key, ports]);
  useEffect(() => {
    read();
    return () => stopper.current?.abort();
  }, [read]);
  return { ...state, read };
}
