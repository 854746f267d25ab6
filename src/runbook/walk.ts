import type { RunOutcome } from '../action/action.ts';
import type { RunId } from '../base/ids.ts';
import type { Point, Unit } from '../metrics/source.ts';
import type { Runbook, RunbookNode } from './runbook.ts';

/** One reading as evidence. `none` holds why there is nothing to go by, be it missing, stale or failed. */
export interface Evidence {
  readonly metric: string;
  readonly title: string;
  readonly unit: Unit;
  readonly source: string;
  /** What the figure misses, like `1 of 2 targets did not answer`. */
  readonly gap?: string;
  readonly reading:
    | { readonly kind: 'value'; readonly value: number; readonly atMs: number }
    | { readonly kind: 'none'; readonly why: string };
  /** Limits that the node's branches compare it with. */
  readonly thresholds: readonly number[];
  readonly points: readonly Point[];
}

/** A way on from a node; exactly one is suggested on a question, none on a choice. */
export interface Way {
  readonly label: string;
  readonly goto: string;
  readonly suggested: boolean;
  /** It leads against the suggestion, or past an action that was not run: taking it needs a reason. */
  readonly needsReason: boolean;
  /** Why it is suggested: `error ratio 24 % is above 20 %`. */
  readonly why?: string;
}

export interface WalkState {
  readonly runId: RunId;
  readonly runbook: Runbook;
  readonly nodeId: string;
  readonly node: RunbookNode;
  /** Nodes passed, oldest first, with the way taken. */
  readonly path: readonly {
    readonly nodeId: string;
    readonly title: string;
    readonly label: string;
    readonly overrideReason?: string;
  }[];
  readonly evidence: readonly Evidence[];
  readonly ways: readonly Way[];
  readonly ended: boolean;
}

/** A run through a runbook; each move is journalled before it is shown. */
export interface Walk {
  state(): WalkState;
  /** Reads the node's evidence again. */
  refresh(signal?: AbortSignal): Promise<WalkState>;
  /** @param overrideReason where the way needs a reason @throws Fault `refused` without it */
  take(goto: string, overrideReason?: string, signal?: AbortSignal): Promise<WalkState>;
  /** To be called after the node's action ran, with what became of it. */
  acted(outcome: RunOutcome, runId: RunId, signal?: AbortSignal): Promise<WalkState>;
  /** Back to the node before; undoes nothing, reads again. */
  back(signal?: AbortSignal): Promise<WalkState>;
  close(): Promise<void>;
}
