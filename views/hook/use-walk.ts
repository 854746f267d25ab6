import { useCallback, useEffect, useRef, useState } from 'react';
import type { Report } from '../../src/action/action.ts';
import { asFault, type Fault } from '../../src/base/fault.ts';
import type { Walk, WalkState } from '../../src/runbook/walk.ts';
import { useShell } from '../shell.ts';

const refreshMs = 5000;

export interface WalkControl {
  readonly state: WalkState;
  /** The last move or reading failed; the state is from before it. */
  readonly fault: Fault | undefined;
  readonly moving: boolean;
  take(goto: string, overrideReason?: string): void;
  acted(report: Report): void;
  back(): void;
  refresh(): void;
}

/** Moves through a walk, one move at a time, and reads the evidence again while nobody moves. */
export function useWalk(walk: Walk, { paused }: { paused: boolean }): WalkControl {
  const { ports, track } = useShell();
  const [state, setState] = useState(walk.state);
  const [fault, setFault] = useState<Fault>();
  const [moving, setMoving] = useState(false);
  // A reading that ends after a move belongs to the node before it.
  const turn = useRef(0);

  const look = useCallback(
    async (step: (signal: AbortSignal) => Promise<WalkState>) => {
      const seen = turn.current;
      try {
        const next = await track(step);
        if (seen !== turn.current) return;
        setState(next);
        setFault(undefined);
      } catch (thrown) {
        if (seen === turn.current) setFault(asFault(thrown));
      }
    },
    [track],
  );

  const move = async (step: (signal: AbortSignal) => Promise<WalkState>) => {
    turn.current += 1;
    setMoving(true);
    await look(step);
    setMoving(false);
  };

  const { ended } = state;
  useEffect(() => {
    if (paused || ended) return;
    const stop = new AbortController();
    const keepFresh = async () => {
      while (!stop.signal.aborted) {
        await ports.clock.sleep(refreshMs, stop.signal).catch(() => {});
        if (!stop.signal.aborted) await look((signal) => walk.refresh(signal));
      }
    };
    void keepFresh();
    return () => stop.abort();
  }, [paused, ended, look, ports, walk]);

  return {
    state,
    fault,
    moving,
    take: (goto, overrideReason) => void move((signal) => walk.take(goto, overrideReason, signal)),
    acted: ({ outcome, runId }) => void move((signal) => walk.acted(outcome, runId, signal)),
    back: () => void move((signal) => walk.back(signal)),
    refresh: () => void look((signal) => walk.refresh(signal)),
  };
}
