import type { Action, Check, Step, StepContext, StepOutcome } from '../action/action.ts';
import { knownStep } from '../action/known-step.ts';
import { foundIn, readInBatches } from '../backend/record-reads.ts';
import { formatBytes } from '../base/units.ts';
import type { GameRecord } from '../game/record.ts';
import { recordDigest } from '../game/record-codec.ts';
import { gameLabel, gamesText, keyText, namesOf } from '../game/record-words.ts';
import { archiveRef } from './archive-names.ts';
import { provenIn } from './archived-proof.ts';
import { keepInArchive, notWhole } from './kept-archive.ts';
import { removeGames } from './removal.ts';
import {
  archivesOf,
  basisOf,
  draftRetire,
  type RetireDetail,
  type RetiredGame,
  type RetireInput,
  type RetireParts,
  retireSteps,
} from './retire-plan.ts';
import { lockPlaceOf, targetLock } from './target-lock.ts';

/**
 * `backup retire`: takes finished games out of storage. None is removed before an archive that holds exactly its record
 * has been read back whole, and a game that is another one by then is left alone.
 */
export function createRetireAction(parts: RetireParts): Action<RetireInput, RetireDetail> {
  return {
    name: 'backup retire',
    effect: 'target',
    draft: (input, reading, signal) => draftRetire(parts, input, reading, signal),
    basis: (detail) => basisOf(parts, detail),
    lockKey: ({ target }) => targetLock(target),
    lockPlace: (detail, signal) => lockPlaceOf(parts.backend, detail, signal),
    steps: ({ detail }) => stepsOf(parts, detail),
    async verify({ detail }, progressed, signal) {
      const gone = await findGone(parts, detail, progressed, signal);
      const check = checkGone(detail, gone);
      return gone.removed.length > 0
        ? [check, await checkKept(parts, gone.removed, progressed, signal)]
        : [check];
    },
  };
}

/** In the order of the plan's steps. */
export function stepsOf(parts: RetireParts, detail: RetireDetail): Step[] {
  const proven = new Set<string>();
  const write = knownStep(retireSteps.write, (context) => writeStep(parts, detail, context));
  const prove = knownStep(retireSteps.prove, (context) => proveStep(parts, detail, proven, context));
  const remove: Step = {
    name: retireSteps.remove,
    run: (context) => {
      const keptAs = (game: RetiredGame) => (proven.has(keyText(game)) ? game.digest : undefined);
      return removeGames(parts.backend, detail.games, keptAs, context);
    },
  };
  return detail.fresh ? [write, prove, remove] : [prove, remove];
}

async function writeStep(
  parts: RetireParts,
  { games, fresh }: RetireDetail,
  context: StepContext,
): Promise<StepOutcome> {
  if (!fresh) return { kind: 'unchanged' };
  const due = new Map(
    games.filter(({ archive }) => archive === fresh.name).map((game) => [keyText(game), game]),
  );
  const keep = (record: GameRecord) => due.get(keyText(record))?.digest === recordDigest(record);
  const pages = [[...due.values()].map(({ id, layout }) => ({ id, layout }))];
  return keepInArchive(parts, { ...fresh, pages, keep, purpose: 'retired' }, due.size, context);
}

/** @param proven receives the keys of the games whose very record is in a validated archive */
async function proveStep(
  { store }: RetireParts,
  detail: RetireDetail,
  proven: Set<string>,
  { signal, progress }: StepContext,
): Promise<StepOutcome> {
  let bytesRead = 0;
  for (const name of archivesOf(detail)) {
    const games = detail.games.filter(({ archive }) => archive === name);
    let archiveBytes = 0;
    const told = (done: number, total: number) => {
      archiveBytes = done;
      progress(bytesRead + done, bytesRead + total, 'bytes');
    };
    const found = await provenIn(store, archiveRef(store.location, name), games, told, signal);
    if (found.problems.length > 0) return { kind: 'failed', fault: notWhole(name, found.problems) };
    for (const key of found.proven) proven.add(key);
    bytesRead += archiveBytes;
  }
  return { kind: 'unchanged', note: `${gamesText(proven.size)} proven, ${formatBytes(bytesRead)} read` };
}

interface Gone {
  readonly removed: RetireDetail['games'];
  /** Labels of games that are still as they were. */
  readonly left: readonly string[];
  /** Labels of games that are there as other ones. */
  readonly moved: readonly string[];
}

async function findGone(
  { backend }: RetireParts,
  { games }: RetireDetail,
  progressed: () => void,
  signal?: AbortSignal,
): Promise<Gone> {
  const removed: RetireDetail['games'][number][] = [];
  const left: string[] = [];
  const moved: string[] = [];
  for await (const batch of readInBatches(backend, [games], signal)) {
    progressed();
    for (const { key, read } of batch) {
      const found = foundIn(read);
      if (found === 'absent') removed.push(key);
      else (found === key.digest ? left : moved).push(gameLabel(key));
    }
  }
  return { removed, left, moved };
}

function checkGone({ games }: RetireDetail, { removed, left, moved }: Gone): Check {
  const name = 'Games gone from storage';
  if (games.length === 0) return { name, kind: 'pass', found: 'none was due' };
  const found = [
    `${removed.length} of ${gamesText(games.length)}`,
    left.length > 0 ? `still there: ${namesOf(left)}` : '',
    moved.length > 0 ? `changed and left alone: ${namesOf(moved)}` : '',
  ];
  const kind = left.length > 0 ? 'fail' : moved.length > 0 ? 'inconclusive' : 'pass';
  return { name, kind, found: found.filter(Boolean).join('; ') };
}

/** What is gone must be in an archive that reads back whole now. */
async function checkKept(
  { store }: RetireParts,
  removed: RetireDetail['games'],
  progressed: () => void,
  signal?: AbortSignal,
): Promise<Check> {
  const name = 'Removed games in validated archives';
  const lost: string[] = [];
  for (const archive of archivesOf({ games: removed })) {
    const games = removed.filter((game) => game.archive === archive);
    const ref = archiveRef(store.location, archive);
    const { proven } = await provenIn(store, ref, games, progressed, signal);
    lost.push(...games.filter((game) => !proven.has(keyText(game))).map(gameLabel));
  }
  if (lost.length === 0) return { name, kind: 'pass', found: `all ${removed.length}` };
  return { name, kind: 'fail', found: `not in one: ${namesOf(lost)}` };
}
