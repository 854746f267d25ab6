import type { RunOutcome } from '../action/action.ts';
import type { Identity } from '../base/identity.ts';
import type { RunId } from '../base/ids.ts';
import { edgesOf } from './graph.ts';
import type { Runbook, RunbookNode } from './runbook.ts';
import type { Evidence, WalkState } from './walk.ts';

/** Evidence as it is recorded: what was read, not the curve behind it. */
export type RecordedEvidence = Omit<Evidence, 'points' | 'title'>;

/** What a walk's journal holds: all that a walk is follows from these, in order. */
export type WalkEvent =
  | {
      readonly event: 'walk-started';
      readonly run: RunId;
      readonly actor: Identity;
      /** Pinned: the walk goes on with this copy, whatever becomes of the file. */
      readonly runbook: Runbook;
    }
  | {
      readonly event: 'walk-moved';
      readonly run: RunId;
      readonly from: string;
      readonly to: string;
      readonly label: string;
      /** What the operator had before their eyes. */
      readonly evidence: readonly RecordedEvidence[];
      /** The way that was suggested, also when another was taken. */
      readonly suggested?: { readonly label: string; readonly goto: string; readonly why?: string };
      readonly overrideReason?: string;
    }
  | {
      readonly event: 'walk-acted';
      readonly run: RunId;
      readonly from: string;
      readonly to: string;
      readonly label: string;
      readonly outcome: RunOutcome;
      readonly actionRun: RunId;
    }
  | { readonly event: 'walk-back'; readonly run: RunId; readonly from: string; readonly to: string }
  | { readonly event: 'walk-left'; readonly run: RunId; readonly at: string };

/** Where a walk stands. */
export interface Standing {
  readonly nodeId: string;
  readonly path: WalkState['path'];
}

export const standingAtStart = (runbook: Runbook): Standing => ({ nodeId: runbook.start, path: [] });

export function reduce(runbook: Runbook, standing: Standing, event: WalkEvent): Standing {
  switch (event.event) {
    case 'walk-started':
      return standingAtStart(runbook);
    case 'walk-moved':
    case 'walk-acted':
      return { nodeId: event.to, path: [...standing.path, passed(runbook, event)] };
    case 'walk-back':
      return { nodeId: event.to, path: standing.path.slice(0, -1) };
    case 'walk-left':
      return standing;
  }
}

type Move = Extract<WalkEvent, { event: 'walk-moved' | 'walk-acted' }>;

function passed(runbook: Runbook, move: Move): WalkState['path'][number] {
  const { title } = nodeOf(runbook, move.from);
  const reason = move.event === 'walk-moved' ? move.overrideReason : undefined;
  return {
    nodeId: move.from,
    title,
    label: move.label,
    ...(reason === undefined ? {} : { overrideReason: reason }),
  };
}

/** @throws Error for a runbook that did not come from parseRunbook, which leaves no name open */
export function nodeOf(runbook: Runbook, id: string): RunbookNode {
  const node = Object.hasOwn(runbook.nodes, id) ? runbook.nodes[id] : undefined;
  if (!node) throw new Error(`Runbook ${runbook.id} has no node ${id}`);
  return node;
}

/** Where a node's action leads to once it ended; undefined for a node without one. */
export function edgeAfter(node: RunbookNode, outcome: RunOutcome) {
  const role = outcome === 'done' ? 'onOk' : outcome === 'inconclusive' ? 'onUnknown' : 'onFail';
  return edgesOf(node).find((edge) => edge.role === role);
}
