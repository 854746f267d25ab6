import type { Action, Step } from '../action/action.ts';
import type { Draft } from '../action/plan.ts';
import { digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import { firstState } from '../engine/patch.ts';
import { type Proved, replay } from '../engine/replay.ts';
import { diffStates } from '../game/field-diff.ts';
import type { Json } from '../game/game.ts';
import { isPhase, type Phase, phases } from '../game/phases.ts';
import { idText } from '../game/record-words.ts';
import { correctionProblems } from './correction-problems.ts';
import {
  type EvictionChoice,
  type Evictions,
  evictedBefore,
  holdersBasis,
  holdersOf,
  planEvictions,
} from './evictions.ts';
import { changesOf } from './field-changes.ts';
import type { EditableGame } from './game-view.ts';
import { checkWritten, openGame, type PlannedWrite, type WriteParts, writeState } from './game-write.ts';
import { holdThenPlan, howToHold } from './hold-words.ts';
import type { RecoverParts } from './recover.ts';
import type { GameInHand } from './stored-game.ts';

export interface CorrectInput extends EvictionChoice {
  readonly id: string;
  readonly state: Json;
  /** The game's own when left out. */
  readonly phase?: string | undefined;
  readonly reason: string;
  /** As `EditableGame` had it: a game that has moved while it was edited is refused. */
  readonly found?: string | undefined;
}

export interface CorrectDetail extends Evictions {
  readonly id: string;
  readonly write: PlannedWrite;
  readonly state: Json;
}

/** @throws Fault `not-found`, `unsupported`, `integrity` */
export async function openForEditing(
  parts: WriteParts,
  id: string,
  signal?: AbortSignal,
): Promise<EditableGame> {
  const { stored, digest } = await openGame(parts, id, signal);
  const { proved } = replay(stored, parts.codec);
  const { revision, phase } = stored;
  return {
    id,
    revision,
    phase,
    proved: proved && { revision: proved.revision, state: proved.state },
    found: digest,
  };
}

const steps = { evict: 'Evict the game from the servers that hold it', write: 'Write the corrected state' };

/** `games correct`: one event with a state that a person wrote, on top of all there is. */
export function createCorrectAction(parts: RecoverParts): Action<CorrectInput, CorrectDetail> {
  return {
    name: 'games correct',
    effect: 'target',
    draft: (input, _reading, signal) => draftCorrection(parts, input, signal),
    async basis({ id }, signal) {
      const game = await openGame(parts, id, signal);
      return basisOf(game, holdersBasis(await holdersOf(parts.admin, [id], signal)));
    },
    lockKey: ({ id }) => `game ${id}`,
    whenStale: holdThenPlan,
    steps: ({ detail }) => stepsOf(parts, detail),
    verify: async ({ detail }, _progressed, signal) => [await checkWritten(parts, detail.write, signal)],
  };
}

async function draftCorrection(
  parts: RecoverParts,
  input: CorrectInput,
  signal?: AbortSignal,
): Promise<Draft<CorrectDetail>> {
  const { id, reason } = input;
  if (reason.trim() === '') throw withoutReason();
  const game = await openGame(parts, id, signal);
  if (input.found !== undefined && input.found !== game.digest) throw movedMeanwhile(id);
  const phase = phaseOf(input.phase ?? game.stored.phase);
  const { state, hash } = firstState(input.state);
  const { proved } = replay(game.stored, parts.codec);
  const before = { state: proved?.state, phase: game.stored.phase };
  refuseInvalid(id, correctionProblems(id, state, phase, before));
  if (proved?.hash === hash && phase === game.stored.phase && isWhole(game, proved)) throw nothingChanged(id);

  const holders = await holdersOf(parts.admin, [id], signal);
  const evictions = planEvictions(holders, input);
  const write: PlannedWrite = {
    id,
    type: 'CORRECTED',
    found: game.digest,
    revision: game.stored.revision + 1,
    phase,
    hash,
    actor: parts.actor,
    reason,
    writeId: parts.random(8),
  };
  const detail: CorrectDetail = { id, write, state, ...evictions.planned };
  return {
    title: `Correct game ${idText(id)} by hand: ${reason}`,
    place: parts.backend.location,
    changes: [
      ...evictions.changes,
      {
        target: `game ${idText(id)}`,
        effect: 'update',
        from: `revision ${game.stored.revision}, ${game.stored.phase}`,
        to: `revision ${write.revision}, ${phase}`,
      },
      ...changesOf(diffStates(proved?.state ?? null, state)),
    ],
    steps: stepsOf(parts, detail).map(({ name }) => name),
    warnings: [...evictions.warnings, ...baseWarnings(game, proved)],
    unverified: evictions.unverified,
    basis: basisOf(game, holdersBasis(holders)),
    detail,
  };
}

const basisOf = ({ digest }: GameInHand, holders: readonly string[]) => digestOf({ digest, holders });

function stepsOf(parts: RecoverParts, detail: CorrectDetail): Step[] {
  const { write, state } = detail;
  const put: Step = {
    name: steps.write,
    run: ({ signal }) => writeState(parts, write, () => state, signal),
  };
  return evictedBefore(put, steps.evict, detail, parts.admin);
}

const isWhole = ({ stored, headProblems }: GameInHand, { revision }: Proved): boolean =>
  revision === stored.revision && headProblems.length === 0;

function baseWarnings({ stored, headProblems }: GameInHand, proved: Proved | undefined): string[] {
  const since = proved
    ? `what is shown is what differs from revision ${proved.revision}`
    : 'nothing can be compared';
  return [
    ...(proved?.revision === stored.revision ? [] : [`The newest state is not proved: ${since}`]),
    ...headProblems.map(({ field, what }) => `${field}: ${what}; it is written anew`),
  ];
}

function phaseOf(text: string): Phase {
  if (isPhase(text)) return text;
  throw new Fault('wrong-use', `"${text}" is no phase`, { next: `Use one of ${phases.join(', ')}` });
}

function refuseInvalid(id: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Fault(
    'game-invalid',
    `The corrected state of game ${idText(id)} is not valid: ${problems.join('; ')}`,
    {
      next: 'Mend every field that is named; nothing was written',
    },
  );
}

function withoutReason(): Fault {
  return new Fault('wrong-use', 'A correction by hand needs a reason', {
    next: 'Add --reason "what was wrong", for the event and the audit log',
  });
}

function movedMeanwhile(id: string): Fault {
  return new Fault('stale', `Game ${idText(id)} has moved while it was edited; nothing was written`, {
    next: `Edit its new state. ${howToHold(id)}`,
  });
}

function nothingChanged(id: string): Fault {
  return new Fault('wrong-use', `The corrected state of game ${idText(id)} is the one that it has`, {
    next: 'Change something, or leave it',
  });
}
