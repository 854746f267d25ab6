import type { Change } from '../action/plan.ts';
import type { RecordRead } from '../backend/port.ts';
import { type Found, foundIn } from '../backend/record-reads.ts';
import type { RecordKey } from '../game/record.ts';
import { describeRecord, gameLabel } from '../game/record-words.ts';

/** What to do with a game that exists and differs. `newer` compares revisions. */
export const restorePolicies = ['fail', 'skip', 'newer', 'overwrite'] as const;
export type RestorePolicy = (typeof restorePolicies)[number];

/** What a restore keeps in memory of each game in the archive. */
export interface ArchivedGame extends RecordKey {
  readonly digest: string;
  readonly revision?: number | undefined;
  readonly expiresAtMs?: number | undefined;
  readonly words: string;
  /** Why the target would not take it, whatever is there. */
  readonly refusal?: string;
  /** That is why: it would be gone by now, so nothing is missing without it. */
  readonly hasExpired?: boolean;
  /** Why the second side of dual writes would not follow. */
  readonly secondaryRefusal?: string;
}

export interface PlannedGame extends RecordKey {
  readonly does: 'create' | 'update' | 'unchanged' | 'skip';
  /** Digest of the archive's record. */
  readonly archived: string;
  readonly found: Found;
  /** The archive's. */
  readonly revision?: number | undefined;
  readonly expiresAtMs?: number | undefined;
  /** Skipped because the target cannot hold it: what was asked for is then done in part. */
  readonly refused?: true;
  /** A server has it in memory and may play it on until it lets go: what is replaced is what is found then. */
  readonly held?: true;
}

export const isWritten = ({ does }: Pick<PlannedGame, 'does'>) => does === 'create' || does === 'update';

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
}

export function decide(
  archived: ArchivedGame,
  read: RecordRead,
  policy: RestorePolicy,
  heldBy?: HeldBy,
): Decision {
  const found = foundIn(read);
  const verdict = judgeHeld(judge(archived, read, found, policy), policy, heldBy);
  const writes = isWritten(verdict);
  const held = heldBy && writes;
  const behind = writes ? archived.secondaryRefusal : undefined;
  const why = [verdict.why, behind && `the secondary refuses it: ${behind}`].filter(Boolean).join('; ');
  const { id, layout, digest, revision, expiresAtMs } = archived;
  const from = read.kind === 'record' ? describeRecord(read.record) : undefined;
  const to =
    from === archived.words && found !== digest ? `${archived.words}, other content` : archived.words;
  const shows = {
    create: { to },
    update: { from: from ?? '', to },
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
  };
}

interface Verdict {
  readonly does: PlannedGame['does'];
  readonly why?: string;
  readonly conflicts?: boolean;
  readonly refused?: boolean;
}

function judge(archived: ArchivedGame, read: RecordRead, found: Found, policy: RestorePolicy): Verdict {
  if (found === archived.digest) return { does: 'unchanged' };
  const { refusal, hasExpired = false } = archived;
  if (refusal !== undefined) return { does: 'skip', why: refusal, refused: !hasExpired };
  if (read.kind === 'absent') return { does: 'create' };
  if (policy === 'fail') return { does: 'skip', why: 'exists and differs', conflicts: true };
  if (policy === 'skip') return { does: 'skip', why: 'exists and differs; existing games are skipped' };
  // What cannot be read cannot be compared, kept or replaced safely.
  if (read.kind === 'unreadable') return { does: 'skip', why: `cannot be read: ${read.fault.message}` };
  return policy === 'overwrite' ? { does: 'update' } : judgeNewer(archived.revision, read.record.revision);
}

/** An equal game that is being played will not stay equal. */
function judgeHeld(verdict: Verdict, policy: RestorePolicy, heldBy: HeldBy | undefined): Verdict {
  if (!heldBy) return verdict;
  const moves = verdict.does === 'unchanged' && policy === 'overwrite' && !heldBy.isOver;
  if (!moves && verdict.does !== 'update') return verdict;
  return {
    ...verdict,
    does: 'update',
    why: `held by ${heldBy.server}`,
  };
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
  { found, held, revision }: PlannedGame,
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
