import type { Action, Check, Reading, Step, StepContext, StepOutcome } from '../action/action.ts';
import { type GameOutcome, workThrough } from '../action/bulk.ts';
import type { Draft } from '../action/plan.ts';
import { foundIn, readInBatches } from '../backend/record-reads.ts';
import { digestOf } from '../base/digest.ts';
import { asFault, type FaultCode } from '../base/fault.ts';
import { formatDuration } from '../base/units.ts';
import type { RecoveryMode } from '../engine/recovery-mode.ts';
import type { RecordKey } from '../game/record.ts';
import { gamesText, idText, namesOf } from '../game/record-words.ts';
import { type BulkInput, decideFates, type Fates } from './bulk-plan.ts';
import { changesOf, damagedOf, damagedText, fateWarnings, leftText, olderDamageTitle } from './bulk-words.ts';
import { type Evictions, evictedBefore, holdersBasis, holdersOf, planEvictions } from './evictions.ts';
import { checkWritten, type PlannedWrite, type WriteParts, writeState } from './game-write.ts';
import { holdThenPlan } from './hold-words.ts';
import { type RecoverParts, stateAgain } from './recover.ts';

export interface BulkDetail extends Evictions {
  readonly target: string;
  readonly mode: RecoveryMode;
  readonly parallel: number;
  readonly writes: readonly PlannedWrite[];
  readonly healthy: number;
  /** Games that need no recovering, with older records that are damaged. */
  readonly damaged: readonly string[];
  /** Games that need recovering and are not. */
  readonly left: readonly { readonly id: string; readonly why: string }[];
}

const steps = {
  evict: 'Evict the games from the servers that hold them',
  write: 'Write the recovered states',
};
const namedAtMost = 20;

/**
 * `games recover --since`: every game of a time window that is not healthy. A game that was recovered is healthy, so
 * after an interruption the same call goes on where it ended.
 */
export function createRecoverAllAction(parts: RecoverParts): Action<BulkInput, BulkDetail> {
  return {
    name: 'games recover --since',
    effect: 'target',
    draft: (input, reading, signal) => draftBulk(parts, input, reading, signal),
    basis: (detail, signal) => readBasis(parts, detail, signal),
    lockKey: ({ target }) => `games recover --since ${target}`,
    whenStale: holdThenPlan,
    steps: ({ detail }) => stepsOf(parts, detail),
    verify: ({ detail }, progressed, signal) => verify(parts, detail, progressed, signal),
  };
}

async function draftBulk(
  parts: RecoverParts,
  input: BulkInput,
  reading: Reading | undefined,
  signal?: AbortSignal,
): Promise<Draft<BulkDetail>> {
  const fates = await decideFates(parts, input, reading, signal);
  const evictions = planEvictions(fates.holders, input);
  const writes = fates.writes.map(({ write }) => write);
  const damaged = damagedOf(fates);
  const detail: BulkDetail = {
    target: parts.backend.location,
    mode: input.mode,
    parallel: input.parallel,
    writes,
    healthy: fates.healthy.length - damaged.length,
    damaged,
    left: fates.left.map(({ id, why }) => ({ id, why })),
    ...evictions.planned,
  };
  const older = damaged.length > 0 ? `, ${damaged.length} with older damage` : '';
  const counts = `${writes.length} to recover, ${detail.healthy} healthy${older}, ${detail.left.length} that cannot be`;
  return {
    title: `Recover the games of the last ${formatDuration(input.sinceMs)} (${input.mode.kind}): ${counts}`,
    place: detail.target,
    changes: [...evictions.changes, ...changesOf(fates)],
    steps: stepsOf(parts, detail).map(({ name }) => name),
    warnings: [...evictions.warnings, ...fateWarnings(detail.left, damaged)],
    unverified: [...evictions.unverified, ...legacyText(fates)],
    basis: basisOf(
      writes.map(({ found }) => found),
      holdersBasis(fates.holders),
    ),
    detail,
  };
}

function legacyText({ legacy }: Fates): string[] {
  return legacy === 0 ? [] : [`${gamesText(legacy)} in the legacy layout, where nothing can be proved`];
}

async function readBasis(parts: RecoverParts, { writes }: BulkDetail, signal?: AbortSignal): Promise<string> {
  const ids = writes.map(({ id }) => id);
  const found: string[] = [];
  const keys = ids.map((id): RecordKey => ({ id, layout: 'current' }));
  for await (const batch of readInBatches(parts.backend, [keys], signal)) {
    found.push(...batch.map(({ read }) => foundIn(read)));
  }
  return basisOf(found, holdersBasis(await holdersOf(parts.admin, ids, signal)));
}

/** Games that are left as they are may go on being played. */
const basisOf = (found: readonly string[], holders: readonly string[]) => digestOf({ found, holders });

function stepsOf(parts: RecoverParts, detail: BulkDetail): Step[] {
  if (detail.writes.length === 0) return [];
  const write: Step = { name: steps.write, run: (context) => writeAll(parts, detail, context) };
  return evictedBefore(write, steps.evict, detail, parts.admin);
}

function writeAll(
  parts: WriteParts,
  { writes, mode, parallel }: BulkDetail,
  context: StepContext,
): Promise<StepOutcome> {
  const games = writes.map((write) => ({ ...write, layout: 'current' as const }));
  const work = {
    total: games.length,
    batches: [games],
    done: 'recovered',
    next: 'Run it again: games that were recovered are healthy and stay as they are',
    parallel,
    one: (write: PlannedWrite, signal: AbortSignal) => writeOne(parts, write, mode, signal),
  };
  return workThrough<PlannedWrite & RecordKey>(work, context);
}

async function writeOne(
  parts: WriteParts,
  write: PlannedWrite,
  mode: RecoveryMode,
  signal: AbortSignal,
): Promise<GameOutcome> {
  const outcome = await writeState(parts, write, (game) => stateAgain(parts, game, mode, write), signal);
  if (!('fault' in outcome)) return { kind: 'done' };
  const { kind, fault } = outcome;
  if (kind === 'unknown' || concernsAll.includes(fault.code)) throw fault;
  return fault.code === 'conflict' ? { kind: 'moved' } : { kind: 'refused', why: fault.message };
}

/** The games after it would fail in the same way. */
const concernsAll: readonly FaultCode[] = [
  'backend-unreachable',
  'backend-denied',
  'backend-failed',
  'backend-missing',
  'read-only',
  'interrupted',
];

async function verify(
  parts: WriteParts,
  { writes, left, damaged, parallel }: BulkDetail,
  progressed: () => void,
  signal?: AbortSignal,
): Promise<readonly Check[]> {
  const bad: Check[] = [];
  const queue = writes.values();
  const work = async () => {
    for (const write of queue) {
      const check = await checkWritten(parts, write, signal).catch(
        (thrown): Check => ({
          name: `game ${idText(write.id)}`,
          kind: 'inconclusive',
          found: asFault(thrown).message,
        }),
      );
      progressed();
      if (check.kind !== 'pass') bad.push(check);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  const proved = `${writes.length - bad.length} of ${gamesText(writes.length)} proved`;
  const not = bad.map(({ name, found }) => `${name}: ${found}`);
  const isFailed = bad.some(({ kind }) => kind === 'fail');
  return [
    {
      name: 'Recovered games in storage',
      kind: bad.length === 0 ? 'pass' : isFailed ? 'fail' : 'inconclusive',
      found: bad.length === 0 ? proved : `${proved}; ${namesOf(not, namedAtMost)}`,
    },
    ...leftCheck(left),
    ...damagedCheck(damaged),
  ];
}

/** They need recovering, and they were not recovered: that is not all done. */
function leftCheck(left: BulkDetail['left']): Check[] {
  if (left.length === 0) return [];
  return [{ name: 'Games that could not be recovered', kind: 'fail', found: leftText(left) }];
}

/** Nothing was to be done to them, and they are not as they should be. */
function damagedCheck(damaged: BulkDetail['damaged']): Check[] {
  if (damaged.length === 0) return [];
  return [{ name: olderDamageTitle, kind: 'fail', found: damagedText(damaged) }];
}
