import type { Action, Check, Step } from '../action/action.ts';
import type { Draft } from '../action/plan.ts';
import { digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import { rebuild } from '../engine/rebuild.ts';
import type { RecoveryMode } from '../engine/recovery-mode.ts';
import { diffStates } from '../game/field-diff.ts';
import type { Json } from '../game/game.ts';
import { idText } from '../game/record-words.ts';
import type { AdminClient } from '../platform/admin.ts';
import {
  type EvictionChoice,
  type Evictions,
  evictedBefore,
  holdersBasis,
  holdersOf,
  planEvictions,
} from './evictions.ts';
import { changesOf } from './field-changes.ts';
import { checkWritten, openGame, type PlannedWrite, type WriteParts, writeState } from './game-write.ts';
import { holdThenPlan } from './hold-words.ts';
import { type Authorship, notRecoverable, planRecovery, recoveryChange } from './recover-plan.ts';
import type { GameInHand } from './stored-game.ts';

export interface RecoverParts extends WriteParts, Authorship {
  /** undefined where no server can be asked. */
  readonly admin: AdminClient | undefined;
}

export interface RecoverInput extends EvictionChoice {
  readonly id: string;
  readonly mode: RecoveryMode;
  /** For the event and the audit log; says the mode when left out. */
  readonly reason?: string | undefined;
}

export interface RecoverDetail extends Evictions {
  readonly id: string;
  readonly mode: RecoveryMode;
  /** undefined when there is nothing to do. */
  readonly write?: PlannedWrite;
}

const steps = { evict: 'Evict the game from the servers that hold it', write: 'Write the recovered state' };

/** `games recover`: one event with an earlier state, or the newest that can be proved, on top of all there is. */
export function createRecoverAction(parts: RecoverParts): Action<RecoverInput, RecoverDetail> {
  return {
    name: 'games recover',
    effect: 'target',
    draft: (input, _reading, signal) => draftRecovery(parts, input, signal),
    basis: (detail, signal) => readBasis(parts, detail, signal),
    lockKey: ({ id }) => `game ${id}`,
    whenStale: holdThenPlan,
    steps: ({ detail }) => stepsOf(parts, detail),
    async verify({ detail }, _progressed, signal) {
      const { write } = detail;
      return [write ? await checkWritten(parts, write, signal) : await checkLeft(parts, detail, signal)];
    },
  };
}

async function draftRecovery(
  parts: RecoverParts,
  { id, mode, reason, ...choice }: RecoverInput,
  signal?: AbortSignal,
): Promise<Draft<RecoverDetail>> {
  const game = await openGame(parts, id, signal);
  const recovery = planRecovery(game, mode, reason, parts, parts.codec);
  if (recovery.kind === 'failed') throw notRecoverable(id, recovery.problems, recovery.isProved);
  const place = parts.backend.location;
  if (recovery.kind === 'unchanged') {
    const { revision, why, problems } = recovery;
    return {
      title: `Recover game ${idText(id)}: nothing to do, ${why}`,
      place,
      changes: [{ target: `game ${idText(id)}`, effect: 'unchanged', to: `revision ${revision}`, why }],
      steps: [],
      warnings: problems.map((problem) => `Damaged, and not needed for this state: ${problem}`),
      unverified: [],
      basis: leftBasis,
      detail: { id, mode, evicts: [], discards: [], releases: [] },
    };
  }
  const holders = await holdersOf(parts.admin, [id], signal);
  const evictions = planEvictions(holders, choice);
  const { write, from, newest } = recovery;
  const detail: RecoverDetail = { id, mode, write, ...evictions.planned };
  return {
    title: `Recover game ${idText(id)} to revision ${from.revision} (${mode.kind})`,
    place,
    changes: [
      ...evictions.changes,
      recoveryChange(recovery),
      ...(newest ? changesOf(diffStates(newest.state, from.state)) : []),
    ],
    steps: stepsOf(parts, detail).map(({ name }) => name),
    warnings: [...evictions.warnings, ...recovery.warnings],
    unverified: evictions.unverified,
    basis: basisOf(game, holdersBasis(holders)),
    detail,
  };
}

/** A game that is left as it is may go on being played. */
const leftBasis = 'nothing to do';

async function readBasis(
  parts: RecoverParts,
  { id, mode, write }: RecoverDetail,
  signal?: AbortSignal,
): Promise<string> {
  const game = await openGame(parts, id, signal);
  if (write) return basisOf(game, holdersBasis(await holdersOf(parts.admin, [id], signal)));
  const again = planRecovery(game, mode, undefined, parts, parts.codec);
  return again.kind === 'unchanged' ? leftBasis : basisOf(game, []);
}

const basisOf = ({ digest }: GameInHand, holders: readonly string[]) => digestOf({ digest, holders });

async function checkLeft(
  parts: RecoverParts,
  { id, mode }: RecoverDetail,
  signal?: AbortSignal,
): Promise<Check> {
  const name = `game ${idText(id)} in storage`;
  const again = planRecovery(await openGame(parts, id, signal), mode, undefined, parts, parts.codec);
  if (again.kind !== 'unchanged') return { name, kind: 'fail', found: 'it needs recovering now' };
  return { name, kind: 'pass', found: `revision ${again.revision}: ${again.why}` };
}

function stepsOf(parts: RecoverParts, detail: RecoverDetail): Step[] {
  const { mode, write } = detail;
  if (!write) return [];
  const put: Step = {
    name: steps.write,
    run: ({ signal }) => writeState(parts, write, (game) => stateAgain(parts, game, mode, write), signal),
  };
  return evictedBefore(put, steps.evict, detail, parts.admin);
}

/** The same record and mode make the same state, which is why a plan need not hold it. */
export function stateAgain(
  { codec }: WriteParts,
  { stored }: GameInHand,
  mode: RecoveryMode,
  { id, hash }: PlannedWrite,
): Json {
  const rebuilt = rebuild(stored, mode, codec);
  if (rebuilt.kind !== 'failed' && digestOf(rebuilt.state) === hash) return rebuilt.state;
  throw new Fault('stale', `Game ${idText(id)} is no longer rebuilt to what the plan shows`, {
    next: 'Make a new plan and look at its preview',
  });
}
