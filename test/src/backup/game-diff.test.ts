import { describe, expect, test } from 'vitest';
import { diffRecords } from '../../../src/backup/game-diff.ts';
import type { Json } from '../../../src/game/game.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { plainCodec } from '../../setup/engine-room.ts';
import { currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { gamesWorld, stateOf } from '../../setup/games-world.ts';

const diff = (from: GameRecord | undefined, to: GameRecord | undefined) =>
  diffRecords('g', from, to, plainCodec);
const legacy = (state: Json, fields: Record<string, string> = {}) =>
  legacyRecord('g', { state: JSON.stringify(state), ...fields });

describe('the difference of two records of a game', () => {
  test('is its state field by field, as far as storage proves it', async () => {
    const world = gamesWorld();
    await world.play('g');
    const before = await world.record('g');
    await world.playOn('g');
    const { is, from, to, state, parts } = diff(before, await world.record('g'));
    expect(is).toBe('changed');
    expect(state).toEqual({
      kind: 'compared',
      changes: [
        { pointer: '/players/0/hand/1', from: '7 of hearts', to: '9 of hearts' },
        { pointer: '/turn', from: 7, to: 9 },
        { pointer: '/updated_at', from: '2026-11-23T03:07:00.000Z', to: '2026-11-23T03:09:00.000Z' },
      ],
    });
    expect([from?.stateRevision, to?.stateRevision]).toEqual([7, 8]);
    expect(parts).toContainEqual({ name: 'rev', from: '7', to: '8' });
    expect(parts).toContainEqual({ name: 'e:8', to: expect.stringMatching(/^bytes of /) });
    expect(parts.map(({ name }) => name)).not.toContain('e:7');
  });

  test('is none for equal records, and the whole of it where one side has none', () => {
    const record = legacy({ pot: 5 });
    expect(diff(record, record)).toMatchObject({ is: 'same', state: { changes: [] }, parts: [] });
    expect(diff(undefined, record)).toMatchObject({
      is: 'created',
      state: { kind: 'compared', changes: [{ pointer: '', to: { pot: 5 } }] },
      to: { digest: recordDigest(record), layout: 'legacy' },
    });
    const gone = diff(record, undefined);
    expect(gone).toMatchObject({ is: 'removed', state: { changes: [{ pointer: '', from: { pot: 5 } }] } });
    expect(gone.to).toBeUndefined();
  });

  test('names a difference that is not in the state: the time of deletion, a field of somebody else', () => {
    const before = legacy({ pot: 5 }, { note: 'a' });
    const after = { ...legacy({ pot: 5 }, { note: 'b' }), expiresAtMs: Date.UTC(2027, 0) };
    const { is, state, parts, to } = diff(before, after);
    expect(is).toBe('changed');
    expect(state).toEqual({ kind: 'compared', changes: [] });
    expect(parts).toEqual([{ name: 'note', from: 'a', to: 'b' }]);
    expect(to?.words).toContain('expires 2027-01-01');
  });

  test('says why a state is not compared, and compares what is stored all the same', () => {
    const sound = legacy({ pot: 5 });
    const damaged = legacyRecord('g', { state: '{"pot":' });
    expect(diff(sound, damaged).state).toMatchObject({
      kind: 'not-compared',
      why: expect.stringContaining('second side'),
    });
    expect(diff(damaged, sound).state).toMatchObject({
      kind: 'not-compared',
      why: 'on the first side, the field "state" cannot be read',
    });
    expect(diff(sound, damaged).parts.map(({ name }) => name)).toEqual(['state']);
    const headless = currentRecord('g', { phase: 'NOWHERE' });
    expect(diff(sound, headless).state).toMatchObject({ kind: 'not-compared' });
  });

  test('compares a migrated game with what it was in the other layout', async () => {
    const world = gamesWorld();
    await world.play('g');
    const before = legacy({ ...stateOf('g', 7), turn: 6 });
    const { from, to, state } = diff(before, await world.record('g'));
    expect([from?.layout, to?.layout]).toEqual(['legacy', 'current']);
    expect(state).toEqual({ kind: 'compared', changes: [{ pointer: '/turn', from: 6, to: 7 }] });
  });
});
