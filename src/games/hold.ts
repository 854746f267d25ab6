/** `games hold` and `games release`: a game in play stands still, so that a change that is planned from it still fits. */
import type { Action, Step, StepOutcome } from '../action/action.ts';
import type { Draft } from '../action/plan.ts';
import { releaseStep } from '../action/release-step.ts';
import type { Backend } from '../backend/port.ts';
import { readOne } from '../backend/record-reads.ts';
import { digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import { formatDuration } from '../base/units.ts';
import { longestHoldMs } from '../engine/memory.ts';
import { idText, namesOf } from '../game/record-words.ts';
import type { AdminClient, HeldStill } from '../platform/admin.ts';
import { whyAbsent } from './game-write.ts';
import { askHolders, checkHold, holdChanges, type PlannedServers, unaskedText } from './hold-servers.ts';

export interface HoldParts {
  readonly backend: Backend;
  /** undefined where no server can be asked. */
  readonly admin: AdminClient | undefined;
}

export interface ReleaseInput {
  readonly id: string;
  /** For the audit log. */
  readonly reason?: string | undefined;
}

export interface HoldInput extends ReleaseInput {
  readonly forMs: number;
}

export interface HoldDetail extends PlannedServers {
  readonly forMs: number;
}

const steps = { hold: 'Hold the game on every server', release: 'Let the game go on' };

export function createHoldAction(parts: HoldParts): Action<HoldInput, HoldDetail> {
  return {
    name: 'games hold',
    effect: 'target',
    draft: (input, _reading, signal) => draftHold(parts, input, signal),
    basis: ({ id }, signal) => readBasis(parts, id, signal),
    lockKey,
    steps: ({ detail }) => [holdStep(adminOf(parts), detail)],
    verify: async ({ detail }, _progressed, signal) => [
      await checkHold(adminOf(parts), detail, 'on hold', signal),
    ],
  };
}

export function createReleaseAction(parts: HoldParts): Action<ReleaseInput, PlannedServers> {
  return {
    name: 'games release',
    effect: 'target',
    draft: (input, _reading, signal) => draftRelease(parts, input, signal),
    basis: ({ id }, signal) => readBasis(parts, id, signal),
    lockKey,
    steps: ({ detail: { id, servers } }) => [
      releaseStep(
        steps.release,
        servers.map((server) => ({ server, id })),
        adminOf(parts),
      ),
    ],
    verify: async ({ detail }, _progressed, signal) => [
      await checkHold(adminOf(parts), detail, 'not on hold', signal),
    ],
  };
}

/** Not that of the game's other changes: somebody may hold or release it while one of them is under way. */
const lockKey = ({ id }: PlannedServers) => `hold of game ${id}`;

async function draftHold(
  parts: HoldParts,
  { id, forMs, reason }: HoldInput,
  signal?: AbortSignal,
): Promise<Draft<HoldDetail>> {
  if (forMs > longestHoldMs) throw tooLong(forMs);
  const { holders, servers } = await askHolders(adminOf(parts), id, signal);
  const isInMemory = holders.of.has(id);
  if (!isInMemory) await refuseUnknown(parts.backend, id, signal);
  const time = formatDuration(forMs);
  return {
    title: titled(`Hold game ${idText(id)} for ${time}`, reason),
    place: namesOf(servers),
    changes: holdChanges(holders, { id, servers }, `on hold for ${time}`),
    steps: [steps.hold],
    warnings: [
      isInMemory
        ? 'Its players wait until the hold ends: by itself, by games release, or by the change that it is for'
        : 'No server has it in memory: the hold keeps it from being moved once one loads it',
    ],
    unverified: unaskedText(holders, 'moves this game'),
    basis: basisOf(servers),
    detail: { id, servers, forMs },
  };
}

async function draftRelease(
  parts: HoldParts,
  { id, reason }: ReleaseInput,
  signal?: AbortSignal,
): Promise<Draft<PlannedServers>> {
  const { holders, servers } = await askHolders(adminOf(parts), id, signal);
  const nothing = holders.holds.length > 0 ? '' : ': nothing to do, no server has it on hold';
  return {
    title: titled(`Release game ${idText(id)}${nothing}`, reason),
    place: namesOf(servers),
    changes: holdChanges(holders, { id, servers }, 'goes on'),
    steps: [steps.release],
    warnings: [],
    unverified: unaskedText(holders, 'has this game on hold'),
    basis: basisOf(servers),
    detail: { id, servers },
  };
}

const titled = (title: string, reason: string | undefined) =>
  reason === undefined || reason.trim() === '' ? title : `${title}: ${reason.trim()}`;

/** A game may move, be loaded and be let go of until then: only other servers are another situation. */
async function readBasis(parts: HoldParts, id: string, signal?: AbortSignal): Promise<string> {
  return basisOf((await askHolders(adminOf(parts), id, signal)).servers);
}

const basisOf = (servers: readonly string[]) => digestOf({ servers });

function holdStep(admin: AdminClient, { id, servers, forMs }: HoldDetail): Step {
  return {
    name: steps.hold,
    run: async ({ signal }) =>
      outcomeOf(await Promise.all(servers.map((server) => admin.hold(server, id, forMs, signal)))),
  };
}

function outcomeOf(answers: readonly HeldStill[]): StepOutcome {
  const held = answers.flatMap((answer) => (answer.kind === 'on-hold' ? [answer] : []));
  if (held.length < answers.length) return notHeld(answers, held.length > 0);
  const untilMs = Math.min(...held.map((one) => one.untilMs));
  const ahead = held.reduce((sum, one) => sum + one.ahead, 0);
  const lacking =
    ahead === 0 ? '' : `; ${ahead} of its transitions are only in memory, storage did not take them`;
  return { kind: 'done', note: `until ${new Date(untilMs).toISOString()}${lacking}` };
}

function notHeld(answers: readonly HeldStill[], isPart: boolean): StepOutcome {
  const why = answers.flatMap((answer) => {
    if (answer.kind === 'on-hold') return [];
    if ('fault' in answer) return [`${answer.server}: ${answer.fault.message}`];
    return [`${answer.server}: ${answer.kind === 'refused' ? answer.why : answer.kind}`];
  });
  const next = 'Look at who has it in memory with games show; what is on hold by now ends by itself';
  const fault = new Fault(isPart ? 'partial' : 'platform-failed', `Not held by ${namesOf(why)}`, { next });
  return { kind: answers.some(({ kind }) => kind === 'unknown') ? 'unknown' : 'failed', fault };
}

async function refuseUnknown(backend: Backend, id: string, signal?: AbortSignal): Promise<void> {
  const read = await readOne(backend, { id, layout: 'current' }, signal);
  if (read.kind === 'absent') throw await whyAbsent(backend, id, signal);
}

function adminOf({ admin }: HoldParts): AdminClient {
  if (admin) return admin;
  throw new Fault('unsupported', 'No game server can be asked to hold a game', {
    next: 'Set GAME_SERVER_URLS and STATE_ADMIN_TOKEN',
  });
}

function tooLong(forMs: number): Fault {
  const longest = formatDuration(longestHoldMs);
  return new Fault('wrong-use', `A game is held for ${longest} at most, not for ${formatDuration(forMs)}`, {
    next: 'Hold it again before its hold ends if it takes longer',
  });
}
