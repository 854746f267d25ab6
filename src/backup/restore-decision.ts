import type { Change } from '../action/plan.ts';
import type { Expected, RecordRead } from '../backend/port.ts';
import { type Found, foundIn } from '../backend/record-reads.ts';
import type { RecordKey } from '../game/record.ts';
import { changedTo, describeRecord, gameLabel } from '../game/record-words.ts';
import type { ArchivedSizes } from './restore-estimate.ts';

/** What to do with a game that exists and differs. `newer` compares revisions. */
export const restorePolicies = ['fail', 'skip', 'newer', 'overwrite'] as const;
export type RestorePolicy = (typeof restorePolicies)[number];

/** What a restore keeps in memory of each game that it is to bring back as it was. */
export interface ArchivedGame extends RecordKey, ArchivedSizes {
  /** `absent`: there was no such game, so bringing that back removes what is there. */
  readonly digest: Expected;
  readonly revision?: number | undefined;
  readonly expiresAtMs?: number | undefined;
  readonly words: string;
  /** Why the target would not take it, whatever is there. */
  readonly refusal?: string;
  /** That is why: it would be gone by now, so nothing is missing without it, and what is in its place is removed. */
  readonly hasExpired?: boolean;
  /** What may be replaced under any policy: what the run left there that is undone, or saw there that is gone on with. */
  readonly replaces?: Expected;
  /** Of whatever else is there, in place of the restore's. */
  readonly policy?: RestorePolicy;
  /** Why it is removed, where there was none. */
  readonly whyRemoved?: string;
  /** Why the second side of dual writes would not follow. */
  readonly secondaryRefusal?: string;
}

export interface PlannedGame extends RecordKey {
  readonly does: 'create' | 'update' | 'delete' | 'unchanged' | 'skip';
  /** Digest of the archive's record; `absent` where there was no such game. */
  readonly archived: Expected;
  readonly found: Found;
  /** The archive's. */
  readonly revision?: number | undefined;
  readonly expiresAtMs?: number | undefined;
  /** Skipped because the target cannot hold it: what was asked for is then done in part. */
  readonly refused?: true;
  /** A server has it in memory and may play it on until it lets go: what is replaced is what is found then. */
  readonly held?: true;
}

type Does = Pick<PlannedGame, 'does'>;

export const isWritten = ({ does }: Does) => does === 'create' || does === 'update';
export const isRemoved = ({ does }: Does) => does === 'delete';
/** What is there now will be there no more. */
export const isLost = ({ does }: Does) => does === 'update' || does === 'delete';
export const isTouched = (game: Does) => isWritten(game) || isRemoved(game);

/** What is there once the plan is carried out. */
export const goalOf = ({ does, archived }: PlannedGame): Expected =>
  does === 'delete' ? 'absent' : archived;

/** A game that a server has in memory. */
export interface HeldBy {
  readonly server: string;
  readonly isOver: boolean;
}

export interface Decision {
  readonly game: PlannedGame;
  readonly change: Change;
  /** The policy is `fail` and this game stands in the way. */
  readonly conflicts: boolean;
  /** The game would go back to an older revision. */
  readonly lowers: boolean;
  /** The second side of dual writes will not follow. */
  readonly onPrimaryOnly: boolean;
  /** The archive's time of deletion is past. */
  readonly expired: boolean;
}

export function decide(
  archived: ArchivedGame,
  read: RecordRead,
  policy: RestorePolicy,
  heldBy?: HeldBy,
): Decision {
  const found = foundIn(read);
  const verdict = judgeHeld(archived, judge(archived, read, found, policy), policy, heldBy);
  const held = heldBy && isTouched(verdict);
  const behind = isWritten(verdict) ? archived.secondaryRefusal : undefined;
  const why = [verdict.why, behind && `the secondary refuses it: ${behind}`].filter(Boolean).join('; ');
  const { id, layout, digest, revision, expiresAtMs } = archived;
  const from = read.kind === 'record' ? describeRecord(read.record) : undefined;
  const to = found === digest ? archived.words : changedTo(from, archived.words);
  const shows = {
    create: { to },
    update: { from: from ?? '', to },
    delete: { from: from ?? '' },
    unchanged: { to },
    skip: from === undefined ? {} : { from },
  }[verdict.does];
  return {
    game: {
      id,
      layout,
      does: verdict.does,
      archived: digest,
      found,
      revision,
      expiresAtMs,
      ...(verdict.refused ? { refused: true } : {}),
      ...(held ? { held } : {}),
    },
    change: {
      target: gameLabel(archived),
      effect: verdict.does,
      ...shows,
      ...(why ? { why } : {}),
    },
    conflicts: verdict.conflicts ?? false,
    lowers: verdict.does === 'update' && isOlder(archived, read),
    onPrimaryOnly: behind !== undefined,
    expired: archived.hasExpired ?? false,
  };
}

interface Verdict {
  readonly does: PlannedGame['does'];
  readonly why?: string;
  readonly conflicts?: boolean;
  readonly refused?: boolean;
}

function judge(archived: ArchivedGame, read: RecordRead, found: Found, wanted: RestorePolicy): Verdict {
  const { digest, refusal, hasExpired = false, replaces, policy = wanted } = archived;
  if (found === digest) return { does: 'unchanged' };
  if (refusal !== undefined && !hasExpired) return { does: 'skip', why: refusal, refused: true };
  if (read.kind === 'absent') return judgeAbsent(archived, policy);
  if (found === replaces) return replace(archived);
  if (policy === 'fail') return { does: 'skip', why: 'exists and differs', conflicts: true };
  if (policy === 'skip') return { does: 'skip', why: skipped(archived) };
  // What cannot be read cannot be compared, kept or replaced safely.
  if (read.kind === 'unreadable') return { does: 'skip', why: `cannot be read: ${read.fault.message}` };
  const replaced = replace(archived);
  if (policy === 'overwrite') return replaced;
  // What is no more is not newer: a revision that is there is never lowered to none.
  if (isRemoved(replaced)) return { ...replaced, does: 'skip' };
  return judgeNewer(archived.revision, read.record.revision);
}

/** A game that somebody removed since is another than the one that may be replaced under any policy. */
function judgeAbsent({ refusal, hasExpired, replaces }: ArchivedGame, policy: RestorePolicy): Verdict {
  if (hasExpired && refusal !== undefined) return { does: 'skip', why: refusal };
  if (replaces === undefined || replaces === 'absent' || policy === 'overwrite') return { does: 'create' };
  const why = 'removed since';
  return policy === 'fail' ? { does: 'skip', why, conflicts: true } : { does: 'skip', why };
}

const skipped = ({ replaces }: ArchivedGame) =>
  replaces === undefined ? 'exists and differs; existing games are skipped' : 'changed since, and left alone';

function replace({ digest, refusal, hasExpired, whyRemoved }: ArchivedGame): Verdict {
  const why = hasExpired ? refusal : digest === 'absent' ? whyRemoved : undefined;
  const does = hasExpired || digest === 'absent' ? 'delete' : 'update';
  return why === undefined ? { does } : { does, why };
}

/** An equal game that is being played will not stay equal. */
function judgeHeld(
  { digest, hasExpired = false }: ArchivedGame,
  verdict: Verdict,
  policy: RestorePolicy,
  heldBy: HeldBy | undefined,
): Verdict {
  if (!heldBy) return verdict;
  const isBroughtBack = digest !== 'absent' && !hasExpired;
  const moves = verdict.does === 'unchanged' && policy === 'overwrite' && isBroughtBack && !heldBy.isOver;
  if (!moves && !isLost(verdict)) return verdict;
  const why = [verdict.why, `held by ${heldBy.server}`].filter(Boolean).join('; ');
  return { ...verdict, does: moves ? 'update' : verdict.does, why };
}

function judgeNewer(archived: number | undefined, existing: number | undefined): Verdict {
  if (archived === undefined || existing === undefined) {
    return { does: 'skip', why: 'has no revision, so neither can be called newer' };
  }
  if (archived > existing) return { does: 'update' };
  return { does: 'skip', why: `exists at revision ${existing}, the archive has ${archived}` };
}

/** Whether this is what the plan replaces: exactly what it saw there, or what a server has made of it since. */
export function isReplaced(
  { found, held, revision }: Pick<PlannedGame, 'found' | 'held' | 'revision'>,
  there: Pick<ArchivedGame, 'digest' | 'revision'>,
  policy: RestorePolicy,
): boolean {
  if (found === there.digest) return true;
  if (!held) return false;
  return policy !== 'newer' || judgeNewer(revision, there.revision).does === 'update';
}

function isOlder({ revision }: ArchivedGame, read: RecordRead): boolean {
  const existing = read.kind === 'record' ? read.record.revision : undefined;
  return revision !== undefined && existing !== undefined && revision < existing;
}

/**
 * The restore writes nothing here whatever becomes of the game, so it may go on being played. An equal game is one
 * only where the policy would also leave a newer state of it alone.
 */
export function isLeftAlone({ does }: PlannedGame, policy: RestorePolicy): boolean {
  return does === 'skip' || (does === 'unchanged' && (policy === 'skip' || policy === 'newer'));
}
