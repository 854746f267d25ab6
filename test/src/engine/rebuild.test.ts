import { describe, expect, it } from 'vitest';
import type { StoredGame } from '../../../src/backend/port.ts';
import { digestOf } from '../../../src/base/digest.ts';
import { type RecoveryMode, rebuild } from '../../../src/engine/rebuild.ts';
import { rewriteAppend } from '../../../src/engine/rewrite.ts';
import type { GameEvent, Snapshot } from '../../../src/game/record.ts';
import { plainCodec } from '../../setup/engine-room.ts';
import { gameId as id } from '../../setup/transitions.ts';

const stateOf = (revision: number) => ({ n: revision });
const atOf = (revision: number) => 1_000_000 + revision * 1000;

const event = (revision: number, changes: Partial<GameEvent> = {}) => ({
  revision,
  bytes: plainCodec.encode(
    {
      revision,
      atMs: atOf(revision),
      type: 'PLAY',
      from: revision === 1 ? null : 'TURN',
      to: 'TURN',
      actor: 'ada',
      patch:
        revision === 1
          ? [{ op: 'add', path: '', value: stateOf(1) }]
          : [{ op: 'replace', path: '/n', value: revision }],
      stateHash: digestOf(stateOf(revision)),
      ...changes,
    },
    id,
  ),
});

const snapshot = (revision: number, changes: Partial<Snapshot> = {}) => {
  const state = stateOf(revision);
  const document = { revision, atMs: atOf(revision), phase: 'TURN', state, hash: digestOf(state) } as const;
  return { revision, bytes: plainCodec.encode({ ...document, trigger: 'interval', ...changes }, id) };
};

const damaged = (revision: number) => ({ revision, bytes: Buffer.from('damaged') });
const unreadable = (name: string) => `${name}: The record cannot be read: its first byte is 100`;

/** Revisions 1 to 6 as each strategy keeps them. */
const hybrid: StoredGame = {
  id,
  revision: 6,
  phase: 'TURN',
  createdAtMs: atOf(1),
  updatedAtMs: atOf(6),
  events: [1, 2, 3, 4, 5, 6].map((revision) => event(revision)),
  snapshots: [3, 5].map((revision) => snapshot(revision)),
};
const eventSourced: StoredGame = { ...hybrid, snapshots: [] };
const snapshotOnly: StoredGame = {
  ...hybrid,
  events: [],
  snapshots: [3, 4, 5, 6].map((revision) => snapshot(revision)),
};

const replaced = <T extends { readonly revision: number }>(records: readonly T[], by: T) =>
  records.map((record) => (record.revision === by.revision ? by : record));

const rebuilt = (stored: StoredGame, mode: RecoveryMode) => rebuild(stored, mode, plainCodec);
const pointInTime = (atMs: number): RecoveryMode => ({ kind: 'point-in-time', atMs });
const ofSnapshot = (revision: number): RecoveryMode => ({ kind: 'snapshot', revision });
const beforeError: RecoveryMode = { kind: 'before-error' };
const latest: RecoveryMode = { kind: 'latest' };

const exactly = (revision: number) => ({
  kind: 'success',
  revision,
  phase: 'TURN',
  state: stateOf(revision),
  atMs: atOf(revision),
  problems: [],
});

describe.each([
  ['hybrid', hybrid],
  ['event-sourced', eventSourced],
  ['snapshot-only', snapshotOnly],
])('a %s game', (_strategy, stored) => {
  it('is rebuilt at its newest revision', () => {
    expect(rebuilt(stored, latest)).toEqual(exactly(6));
  });

  it('is rebuilt as it was at a time', () => {
    expect(rebuilt(stored, pointInTime(atOf(4) + 999))).toEqual(exactly(4));
    expect(rebuilt(stored, pointInTime(atOf(4)))).toEqual(exactly(4));
    expect(rebuilt(stored, pointInTime(atOf(9)))).toEqual(exactly(6));
  });

  it('was not there before it was created', () => {
    expect(rebuilt(stored, pointInTime(atOf(0)))).toEqual({
      kind: 'failed',
      problems: ['the game was created after that, at 1970-01-01T00:16:41.000Z'],
    });
  });
});

describe('a chosen snapshot', () => {
  it('is served as it was taken', () => {
    expect(rebuilt(hybrid, ofSnapshot(3))).toEqual(exactly(3));
  });

  it('is put together from the next older one and events when it is corrupt, and named', () => {
    const stored = { ...hybrid, snapshots: replaced(hybrid.snapshots, damaged(5)) };
    expect(rebuilt(stored, ofSnapshot(5))).toEqual({ ...exactly(5), problems: [unreadable('snapshot 5')] });
  });

  it('is corrupt when its state does not have its hash', () => {
    const forged = snapshot(5, { state: { n: 'forged' } });
    const stored = { ...hybrid, snapshots: replaced(hybrid.snapshots, forged) };
    expect(rebuilt(stored, ofSnapshot(5))).toEqual({
      ...exactly(5),
      problems: ['snapshot 5: The record cannot be read: its state does not match its hash'],
    });
  });

  it('falls back on an older revision where no events are kept, as partial', () => {
    const stored = { ...snapshotOnly, snapshots: replaced(snapshotOnly.snapshots, damaged(6)) };
    expect(rebuilt(stored, ofSnapshot(6))).toEqual({
      ...exactly(5),
      kind: 'partial',
      problems: ['revision 6 cannot be rebuilt from storage', unreadable('snapshot 6'), 'no events are kept'],
    });
  });

  it('that is not kept is answered with those that are', () => {
    expect(rebuilt(hybrid, ofSnapshot(4))).toEqual({
      kind: 'failed',
      problems: ['there is no snapshot of revision 4; those that are kept: 3, 5'],
    });
    expect(rebuilt(eventSourced, ofSnapshot(4))).toEqual({
      kind: 'failed',
      problems: ['the game has no snapshots'],
    });
  });
});

describe('a point in time', () => {
  it('before all that compaction left cannot be rebuilt, and it is said', () => {
    const stored = { ...hybrid, events: hybrid.events.slice(3) };
    expect(rebuilt(stored, pointInTime(atOf(2)))).toEqual({
      kind: 'failed',
      problems: ['nothing is kept from before that; the oldest is from 1970-01-01T00:16:43.000Z'],
    });
  });

  it('is partial while a record whose time is not known may lie before it', () => {
    const stored = { ...eventSourced, events: replaced(hybrid.events, damaged(5)) };
    expect(rebuilt(stored, pointInTime(atOf(5)))).toEqual({
      ...exactly(4),
      kind: 'partial',
      problems: [
        'the time of revision 5 is not known: the game may have come further by then',
        unreadable('event 5'),
      ],
    });
  });

  it('is partial when a clock was set back, so that it means several states', () => {
    const stored = { ...eventSourced, events: replaced(hybrid.events, event(3, { atMs: atOf(8) })) };
    expect(rebuilt(stored, pointInTime(atOf(4)))).toEqual({
      ...exactly(4),
      kind: 'partial',
      problems: ['a clock was set back after revision 3: the time may also mean a state before it'],
    });
  });
});

describe('before the last error', () => {
  const failing = (...revisions: number[]) => ({
    ...hybrid,
    events: revisions.reduce((events, at) => replaced(events, event(at, { error: 'boom' })), hybrid.events),
  });

  it('is the revision before the newest transition in which the game failed', () => {
    expect(rebuilt(failing(2, 5), beforeError)).toEqual(exactly(4));
  });

  it('is found by the snapshot of the error where no events are kept', () => {
    const snapshots = replaced(snapshotOnly.snapshots, snapshot(5, { trigger: 'error' }));
    expect(rebuilt({ ...snapshotOnly, snapshots }, beforeError)).toEqual(exactly(4));
  });

  it('is partial while a later event cannot be read', () => {
    const stored = failing(3);
    expect(rebuilt({ ...stored, events: replaced(stored.events, damaged(6)) }, beforeError)).toEqual({
      ...exactly(2),
      kind: 'partial',
      problems: ['event 6 cannot be read and may hold a later error', unreadable('event 6')],
    });
  });

  it('cannot be told where no error is known, and it is said what was looked at', () => {
    expect(rebuilt({ ...hybrid, events: hybrid.events.slice(2) }, beforeError)).toEqual({
      kind: 'failed',
      problems: ['no transition is known in which the game failed (kept are revisions 3 to 6)'],
    });
  });

  it('is nowhere when the first transition failed', () => {
    expect(rebuilt(failing(1), beforeError)).toEqual({
      kind: 'failed',
      problems: ['the error was in the first transition: there is nothing before it'],
    });
  });
});

describe('damage', () => {
  it('is named for every record, also those that are not needed', () => {
    const stored = {
      ...hybrid,
      events: replaced(hybrid.events, damaged(2)),
      snapshots: replaced(hybrid.snapshots, damaged(3)),
    };
    expect(rebuilt(stored, latest)).toEqual({
      ...exactly(6),
      problems: [unreadable('event 2'), unreadable('snapshot 3')],
    });
  });

  it('of everything leaves nothing to rebuild, and what compaction removed is said', () => {
    const stored = { ...hybrid, events: hybrid.events.slice(3), snapshots: [damaged(3)] };
    expect(rebuilt(stored, latest)).toEqual({
      kind: 'failed',
      problems: [
        'revisions 1 to 6 cannot be rebuilt from storage',
        unreadable('snapshot 3'),
        'events before 4 are no longer kept (compaction or retention)',
      ],
    });
    const withBase = { ...hybrid, events: [event(6)], snapshots: [snapshot(3)] };
    expect(rebuilt(withBase, latest)).toMatchObject({
      kind: 'partial',
      revision: 3,
      problems: [
        'revisions 4 to 6 cannot be rebuilt from storage',
        'events before 6 are no longer kept (compaction or retention)',
      ],
    });
  });

  it('of another game is none of this game', () => {
    const forged = { ...hybrid, events: replaced(hybrid.events, { ...event(5), revision: 6 }) };
    expect(rebuilt(forged, latest)).toMatchObject({
      kind: 'partial',
      revision: 5,
      problems: ['revision 6 cannot be rebuilt from storage', 'event 6 says that it is 5'],
    });
  });
});

describe('a rewrite', () => {
  const rewrite = {
    type: 'RECOVERED',
    state: { n: 'recovered' },
    phase: 'SCORING',
    actor: 'ops@bastion',
    reason: 'stuck',
    atMs: atOf(9),
    writeId: 'abc',
  } as const;

  /** What storage has after it. */
  const appended = (stored: StoredGame): StoredGame => {
    const append = rewriteAppend(stored, rewrite, plainCodec);
    const revision = stored.revision + 1;
    const { event: bytes = new Uint8Array() } = append;
    return {
      ...stored,
      revision,
      phase: append.phase,
      updatedAtMs: append.atMs,
      events: [...stored.events, { revision, bytes }],
    };
  };

  it.each([
    ['hybrid', hybrid],
    ['event-sourced', eventSourced],
    ['snapshot-only', snapshotOnly],
    ['damaged', { ...hybrid, events: [damaged(6)], snapshots: [] }],
  ])('of a %s game is its newest state, and says who and why', (_what, stored) => {
    const after = appended(stored);
    expect(rebuilt(after, latest)).toMatchObject({
      kind: 'success',
      revision: 7,
      phase: 'SCORING',
      state: { n: 'recovered' },
      atMs: atOf(9),
    });
    const bytes = after.events.at(-1)?.bytes ?? new Uint8Array();
    expect(plainCodec.decodeEvent(bytes, id)).toMatchObject({
      type: 'RECOVERED',
      from: 'TURN',
      to: 'SCORING',
      actor: 'ops@bastion',
      reason: 'stuck',
      writeId: 'abc',
    });
  });

  it('takes nothing from the history', () => {
    expect(rebuilt(appended(hybrid), pointInTime(atOf(4)))).toEqual(exactly(4));
    expect(rewriteAppend(hybrid, rewrite, plainCodec)).not.toHaveProperty('snapshot');
  });

  it('keeps the time of deletion of a game that stays over, and of no other', () => {
    const over: StoredGame = { ...hybrid, phase: 'GAME_OVER', expiresAtMs: 5 };
    expect(rewriteAppend(over, { ...rewrite, phase: 'GAME_OVER' }, plainCodec).expiresAtMs).toBe(5);
    expect(rewriteAppend(over, rewrite, plainCodec)).not.toHaveProperty('expiresAtMs');
  });
});
