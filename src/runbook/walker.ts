import type { RunOutcome } from '../action/action.ts';
import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import type { Identity } from '../base/identity.ts';
import { newRunId, type RandomHex, type RunId } from '../base/ids.ts';
import type { MetricSource } from '../metrics/source.ts';
import { readEvidence } from './evidence.ts';
import {
  edgeAfter,
  nodeOf,
  type RecordedEvidence,
  reduce,
  type Standing,
  standingAtStart,
  type WalkEvent,
} from './reduce.ts';
import type { Runbook } from './runbook.ts';
import { waysOn } from './suggestion.ts';
import type { Evidence, Walk, WalkState, Way } from './walk.ts';

/** Where a walk is recorded: a line is safe when `append` resolves. */
export interface WalkJournal {
  append(event: string, body: object): Promise<unknown>;
}

export interface WalkOptions {
  readonly runbook: Runbook;
  /** undefined where none is configured: then questions go by hand. */
  readonly metrics: MetricSource | undefined;
  /** Opens the journal of this one walk. */
  readonly journal: (run: RunId) => WalkJournal;
  readonly clock: Clock;
  readonly random: RandomHex;
  readonly actor: Identity;
  /** Takes secrets out of what people and faults say, before it is recorded or shown. */
  readonly redact: (text: string) => string;
}

/** Starts a walk: records it, then reads the evidence of the first node. */
export async function startWalk(options: WalkOptions, signal?: AbortSignal): Promise<Walk> {
  const { runbook, clock, actor, redact } = options;
  const run = newRunId(clock.now(), options.random);
  const journal = options.journal(run);
  let standing = standingAtStart(runbook);
  let evidence: readonly Evidence[] = [];
  let left = false;
  let moving = false;

  const record = async (entry: WalkEvent) => {
    const { event, ...body } = entry;
    await journal.append(event, body);
    standing = reduce(runbook, standing, entry);
  };

  const state = () => stateOf(run, runbook, standing, evidence);

  const look = async (abort?: AbortSignal): Promise<WalkState> => {
    const place = standing;
    const node = nodeOf(runbook, place.nodeId);
    const read = node.kind === 'question' ? await readEvidence(runbook, node, options, abort) : [];
    // A move that came in between has its own evidence.
    if (place === standing) evidence = read;
    return state();
  };

  /** One move at a time: a key that repeats must not decide the next node unseen. */
  const move = async (decide: (from: WalkState) => WalkEvent, abort?: AbortSignal): Promise<WalkState> => {
    if (moving) throw refused('A move is under way', 'Wait for the next step to show');
    if (left) throw refused('This walk was left', 'Start the runbook again');
    const from = state();
    if (from.ended) throw refused(`This walk ended with "${from.node.title}"`, 'Start the runbook again');
    const event = decide(from);
    moving = true;
    try {
      await record(event);
      evidence = [];
      return await look(abort);
    } finally {
      moving = false;
    }
  };

  await record({ event: 'walk-started', run, actor, runbook });
  await look(signal);

  return {
    state,
    refresh: look,
    take: async (goto, reason, abort) => {
      refuseAborted(abort);
      return move((from) => moveTo(from, goto, redact((reason ?? '').trim())), abort);
    },
    // Recorded even when aborted: the act has been done.
    acted: (outcome, actionRun, abort) => move((from) => moveAfter(from, outcome, actionRun), abort),
    back: async (abort) => {
      refuseAborted(abort);
      return move(moveBack, abort);
    },
    close: async () => {
      if (left) return;
      left = true;
      if (!state().ended) await record({ event: 'walk-left', run, at: standing.nodeId });
    },
  };
}

function refuseAborted(abort: AbortSignal | undefined): void {
  if (abort?.aborted) throw asFault(abort.reason, 'interrupted');
}

function stateOf(
  runId: RunId,
  runbook: Runbook,
  { nodeId, path }: Standing,
  evidence: readonly Evidence[],
): WalkState {
  const node = nodeOf(runbook, nodeId);
  const ended = node.kind === 'outcome';
  return { runId, runbook, nodeId, node, path, evidence, ways: waysOn(node, evidence), ended };
}

function moveTo(from: WalkState, goto: string, reason: string): WalkEvent {
  const way = wayTo(from, goto);
  const suggested = from.ways.find((other) => other.suggested);
  if (way.needsReason && reason === '') throw reasonMissing(from, suggested);
  return {
    event: 'walk-moved',
    run: from.runId,
    from: from.nodeId,
    to: goto,
    label: way.label,
    evidence: from.evidence.map(recorded),
    ...(suggested ? { suggested: withoutMarks(suggested) } : {}),
    ...(way.needsReason ? { overrideReason: reason } : {}),
  };
}

/** Several ways may lead to one node: then the suggested one is meant, or it is not known which of them. */
function wayTo(from: WalkState, goto: string): Way {
  const ways = from.ways.filter((way) => way.goto === goto);
  const suggested = ways.find((way) => way.suggested);
  if (suggested) return suggested;
  if (ways.length > 0) {
    const label = ways.map((way) => way.label).join(' / ');
    return { goto, label, suggested: false, needsReason: ways.some((way) => way.needsReason) };
  }
  if (from.node.kind === 'action' && from.node.onOk === goto) {
    throw refused(`Only a verified ${from.node.uses} leads on to "${goto}"`, `Do ${from.node.uses}`);
  }
  const known = from.ways.map((other) => other.goto).join(', ');
  throw new Fault('wrong-use', `No way leads from "${from.nodeId}" to "${goto}"`, {
    next: `Take one of ${known}`,
  });
}

function reasonMissing({ node }: WalkState, suggested: Way | undefined): Fault {
  const what = suggested
    ? `"${suggested.label}" is suggested${suggested.why ? `: ${suggested.why}` : ''}`
    : `"${node.title}" was not done`;
  return refused(what, 'Give a reason to go another way, or follow the runbook');
}

function moveAfter(from: WalkState, outcome: RunOutcome, actionRun: RunId): WalkEvent {
  const edge = edgeAfter(from.node, outcome);
  if (!edge) {
    throw new Fault('wrong-use', `"${from.nodeId}" has no action`, { next: 'Take one of its ways on' });
  }
  const { label, goto } = edge;
  return { event: 'walk-acted', run: from.runId, from: from.nodeId, to: goto, label, outcome, actionRun };
}

function moveBack(from: WalkState): WalkEvent {
  const before = from.path.at(-1);
  if (!before) throw refused('This is where the walk started', 'Take a way on');
  return { event: 'walk-back', run: from.runId, from: from.nodeId, to: before.nodeId };
}

const recorded = ({ title: _title, points: _points, ...row }: Evidence): RecordedEvidence => row;

const withoutMarks = ({ suggested: _mark, needsReason: _rule, ...way }: Way) => way;

const refused = (message: string, next: string) => new Fault('refused', message, { next });
