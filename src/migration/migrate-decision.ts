import type { Change } from '../action/plan.ts';
import type { RecordRead } from '../backend/port.ts';
import { formatDuration } from '../base/units.ts';
import type { GameRecord } from '../game/record.ts';
import { recordDigest } from '../game/record-codec.ts';
import { describeRecord, gameLabel, namesOf } from '../game/record-words.ts';
import { carries, fieldsDigest, understand } from './legacy-to-current.ts';

/** `finish`: an earlier migration has made the current game and broke off; only the legacy one is left to remove. */
export interface PlannedMigration {
  readonly id: string;
  readonly does: 'move' | 'finish' | 'skip';
  /** Digest of the legacy record; what has another one has been written since. */
  readonly found: string;
  /** As `fieldsDigest`. */
  readonly fields: string;
}

export interface MigrateDecision {
  readonly game: PlannedMigration;
  readonly change: Change;
  readonly oddities: readonly string[];
}

/** Both layouts of one id, and what is known about who writes it. */
export interface Candidate {
  readonly legacy: GameRecord;
  readonly current: RecordRead;
  /** The server that has it on a table. */
  readonly playedOn: string | undefined;
  readonly nowMs: number;
  /** Legacy games that were written less than this ago are left alone. */
  readonly idleMs: number;
  /** Why storage would not take the current game, or not remove this one. */
  refusal(): string | undefined;
}

export function decideMigration(candidate: Candidate): MigrateDecision {
  const { legacy, current, playedOn } = candidate;
  const { id } = legacy;
  const known = { id, found: recordDigest(legacy), fields: fieldsDigest(legacy) };
  const from = describeRecord(legacy);
  const target = gameLabel(legacy);
  const skip = (why: string): MigrateDecision => ({
    game: { ...known, does: 'skip' },
    change: { target, effect: 'skip', from, why },
    oddities: [],
  });

  if (playedOn !== undefined) return skip(`is being played on ${playedOn}`);
  if (current.kind === 'unreadable') return skip(`in the current layout: ${current.fault.message}`);
  if (current.kind === 'record') {
    if (!carries(current.record, known.fields)) return skip('exists in both layouts, with other content');
    const why = 'an earlier migration made the current game and broke off; this one is what is left';
    return {
      game: { ...known, does: 'finish' },
      change: { target, effect: 'delete', from, why },
      oddities: [],
    };
  }
  const game = understand(legacy);
  if (game.kind === 'refused') return skip(game.why);
  const writtenAgoMs = candidate.nowMs - (game.updatedAtMs ?? Number.NEGATIVE_INFINITY);
  if (writtenAgoMs < candidate.idleMs) return skip(`was written ${agoText(writtenAgoMs)}`);
  const refusal = candidate.refusal();
  if (refusal !== undefined) return skip(refusal);
  return {
    game: { ...known, does: 'move' },
    change: { target, effect: 'update', from, to: `revision 1, ${game.phase}`, why: fateOf(legacy) },
    oddities: game.oddities,
  };
}

/** For a game that changed while it was watched. */
export function beingWritten({ game, change }: MigrateDecision): MigrateDecision {
  return {
    game: { ...game, does: 'skip' },
    change: {
      target: change.target,
      effect: 'skip',
      ...(change.from === undefined ? {} : { from: change.from }),
      why: 'is being written: it changed while it was watched',
    },
    oddities: [],
  };
}

const agoText = (ms: number) => (ms < 0 ? 'in the future, by this clock' : `${formatDuration(ms)} ago`);

/** What becomes of each of its fields. */
function fateOf({ parts }: GameRecord): string {
  const names = parts.map(({ name }) => Buffer.from(name).toString());
  const time = names.includes('last_updated') ? ', last_updated its time' : '';
  return `phase and state become revision 1${time}; kept as legacy:…: ${namesOf(names, names.length)}`;
}
