import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { storedGame } from '../../../src/backend/current-layout.ts';
import { withDualWrite } from '../../../src/backend/dual-write/dual-write.ts';
import { Fault } from '../../../src/base/fault.ts';
import { randomHex } from '../../../src/base/ids.ts';
import { reportLines } from '../../../src/cli/plan-text.ts';
import { parseGameId } from '../../../src/game/game.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { carries, fieldsDigest, toCurrent } from '../../../src/migration/legacy-to-current.ts';
import { createMigrateAction } from '../../../src/migration/migrate.ts';
import { checkMigrated } from '../../../src/migration/migrate-check.ts';
import type { MigrateInput, MigrateParts } from '../../../src/migration/migrate-plan.ts';
import { carryOut } from '../../setup/carry-out.ts';
import { engineRoom, plainCodec } from '../../setup/engine-room.ts';
import { anyValue, currentRecord, legacyRecord } from '../../setup/game-records.ts';
import { killedAtWrite } from '../../setup/killed-at-write.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const minuteMs = 60_000;
const state = JSON.stringify({ room_id: 'a', players: [{ id: 'p1' }, { id: 'p2' }], turn: 7 });
const old = (id: string, fields: Parameters<typeof legacyRecord>[1] = {}) =>
  legacyRecord(id, { state, last_updated: '2026-01-05T03:00:00Z', ...fields });

function world(records: readonly GameRecord[], more: Partial<MigrateParts> = {}) {
  const clock = virtualClock();
  const backend = recordBackend(clock, records);
  const action = createMigrateAction({
    backend,
    codec: plainCodec,
    encrypts: false,
    clock,
    random: randomHex,
    actor: { user: 'ana', host: 'bastion' },
    platform: undefined,
    watchMs: 5_000,
    ...more,
  });
  const all: MigrateInput = { ids: 'all', idleMs: 10 * minuteMs };
  return {
    clock,
    backend,
    action,
    draft: (input: Partial<MigrateInput> = {}) => action.draft({ ...all, ...input }),
    run: (between: () => unknown = () => {}, signal?: AbortSignal) => carryOut(action, all, between, signal),
  };
}

describe('migrating a game', () => {
  test('leaves the current game alone in storage, with the state the legacy one had', async () => {
    const { backend, run } = world([old('a')]);
    expect((await run()).outcome).toBe('done');
    expect([...backend.records.keys()]).toEqual(['current:a']);
    const { engine } = engineRoom(backend);
    expect(await engine.load(parseGameId('a'))).toMatchObject({
      revision: 1,
      phase: 'TURN',
      state: JSON.parse(state),
    });
  });

  test('makes a game that goes on', async () => {
    const { backend, run } = world([old('a')]);
    await run();
    const { engine } = engineRoom(backend);
    const id = parseGameId('a');
    const game = await engine.load(id);
    if (!game) throw new Error('The game was not found');
    const change = { state: { turn: 8 } };
    expect(await engine.append(id, { type: 'PLAY', to: 'TURN', actor: 'ada', change }, game)).toMatchObject({
      kind: 'committed',
      revision: 2,
    });
    expect(carries(backend.records.get('current:a') as GameRecord, fieldsDigest(old('a')))).toBe(true);
  });

  test('keeps its times, and when it is to be deleted', async () => {
    const expiresAtMs = Date.UTC(2030, 0, 1);
    const { backend, run } = world([{ ...old('a'), expiresAtMs }]);
    await run();
    expect(storedGame(backend.records.get('current:a') as GameRecord)).toMatchObject({
      updatedAtMs: Date.parse('2026-01-05T03:00:00Z'),
      expiresAtMs,
    });
  });

  test('says in the preview what becomes of each field', async () => {
    const { changes, title } = await world([old('a', { region: 'eu', shard: Buffer.of(255) })]).draft();
    expect(title).toBe('Migrate 1 game in memory to the current layout, 0 refused');
    expect(changes).toEqual([
      {
        target: 'a (legacy)',
        effect: 'update',
        from: 'TURN',
        to: 'revision 1, TURN',
        why: 'phase and state become revision 1, last_updated its time; kept as legacy:…: last_updated, phase, region, shard, snapshots, state, transitions',
      },
    ]);
  });

  test('is refused before where storage has no room for what it becomes', async () => {
    const { backend, draft, run } = world([old('a'), old('large')]);
    backend.refuses = ({ id, layout }) =>
      id === 'large' && layout === 'current' ? new Fault('refused', 'needs too much room') : undefined;
    const { changes, title } = await draft();
    expect(title).toBe('Migrate 1 game in memory to the current layout, 1 refused');
    expect(changes).toContainEqual({
      target: 'large (legacy)',
      effect: 'skip',
      from: 'TURN',
      why: 'needs too much room',
    });
    const report = await run();
    expect(report.outcome).toBe('partial');
    expect(report.steps[0]?.state).toMatchObject({ kind: 'done' });
    expect([...backend.records.keys()].sort()).toEqual(['current:a', 'legacy:large']);
  });

  test('is refused before where only the second side of dual writes has no room, so that both keep it', async () => {
    const clock = virtualClock();
    const [primary, secondary] = [recordBackend(clock, [old('a')]), recordBackend(clock, [old('a')])];
    secondary.refuses = ({ layout }) =>
      layout === 'current' ? new Fault('refused', 'needs too much room') : undefined;
    const backend = withDualWrite(primary, secondary, { clock });
    const { changes } = await world([], { backend }).draft();
    expect(changes).toMatchObject([{ effect: 'skip', why: 'the secondary refuses it: needs too much room' }]);
  });

  test('loses nothing of it, whatever its fields are', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.uint8Array({ maxLength: 12 }), anyValue), {
          maxLength: 6,
          selector: ([name]) => Buffer.from(name).toString('latin1'),
        }),
        (foreign) => {
          const usual = old('a');
          const known = new Set(usual.parts.map(({ name }) => Buffer.from(name).toString('latin1')));
          const others = foreign.filter(([name]) => !known.has(Buffer.from(name).toString('latin1')));
          const parts = [...usual.parts, ...others.map(([name, value]) => ({ name, value }))];
          const legacy: GameRecord = { ...usual, parts };
          const made = toCurrent(legacy, plainCodec, { atMs: 1, actor: 'ana', writeId: 'w' });
          if (made.kind === 'refused') throw new Error(made.why);
          expect(carries(made.record, fieldsDigest(legacy))).toBe(true);
          expect(carries(made.record, fieldsDigest({ ...legacy, parts: parts.slice(1) }))).toBe(false);
        },
      ),
    ));
});

describe('a migration', () => {
  test('says in words what is odd about a state that it moves', async () => {
    const { draft } = world([old('a', { state: '{"room_id":"a","players":"ana"}' })]);
    const { warnings } = await draft();
    expect(warnings).toEqual([expect.stringMatching(/^a: .*state: players: must be a list, not/)]);
  });
});

describe('a migration of what was asked for', () => {
  test('moves a game once that was named twice', async () => {
    const { action, backend } = world([old('a')]);
    const report = await carryOut(action, { ids: ['a', 'a'], idleMs: 10 * minuteMs });
    expect(report).toMatchObject({ title: expect.stringContaining('Migrate 1 game '), outcome: 'done' });
    expect([...backend.records.keys()]).toEqual(['current:a']);
  });

  test('that leaves a game behind is done in part, and names it', async () => {
    const report = await world([old('a'), old('b', { phase: 'PAUSED' })]).run();
    expect(report.outcome).toBe('partial');
    expect(report.checks).toEqual([
      { name: 'Games in the current layout, whole', kind: 'pass', found: '1 of 1 game' },
      { name: 'Games that were refused', kind: 'fail', found: 'b (legacy)' },
    ]);
  });

  test('of nothing is done', async () => {
    expect((await world([]).run()).outcome).toBe('done');
  });
});

describe('a migration refuses', () => {
  test.each<[string, GameRecord, string]>([
    ['a phase that is none', old('a', { phase: 'PAUSED' }), 'phase: "PAUSED" is no phase'],
    ['a state that is no JSON', old('a', { state: '{"a":' }), 'state: is not JSON'],
    [
      'a number that would lose digits',
      old('a', { state: '{"seed":12345678901234567890}' }),
      'state: holds 12345678901234567890, shown as text to keep every digit',
    ],
    [
      'a game that was written lately',
      old('a', { last_updated: new Date(Date.UTC(2026, 10, 23, 2, 58)).toISOString() }),
      'was written 2 min ago',
    ],
  ])('%s', async (_, record, why) => {
    const { backend, draft, run } = world([record, old('b')]);
    expect((await draft()).changes[0]).toMatchObject({ target: 'a (legacy)', effect: 'skip', why });
    await run();
    expect([...backend.records.keys()].sort()).toEqual(['current:b', 'legacy:a']);
  });

  test('a game that changes while it is watched', async () => {
    const { backend, clock, draft } = world([old('a')]);
    const [sleep] = [clock.sleep];
    clock.sleep = async (ms, signal) => {
      backend.records.set('legacy:a', old('a', { state: '{}' }));
      await sleep(ms, signal);
    };
    expect((await draft()).changes[0]).toMatchObject({
      effect: 'skip',
      why: 'is being written: it changed while it was watched',
    });
  });

  test('a game that is on the table of a server', async () => {
    const room = { id: 'a', name: 'A', phase: 'TURN', players: 2, persisted: true };
    const platform = { rooms: async () => [{ server: 'http://one', value: [room] }] };
    const { draft } = world([old('a')], { platform });
    expect((await draft()).changes[0]).toMatchObject({
      effect: 'skip',
      why: 'is being played on http://one',
    });
  });

  test('everything while a server does not answer: it may have any game', async () => {
    const fault = new Fault('platform-unreachable', 'http://two does not answer');
    const { draft } = world([old('a')], {
      platform: { rooms: async () => [{ server: 'http://two', fault }] },
    });
    await expect(draft()).rejects.toBe(fault);
  });

  test('a game of both layouts that are not one', async () => {
    const { backend, draft, run } = world([old('a'), currentRecord('a')]);
    expect((await draft()).changes[0]).toMatchObject({
      effect: 'skip',
      why: 'exists in both layouts, with other content',
    });
    await run();
    expect(backend.writes).toEqual([]);
  });

  test('an id that has no legacy game', async () => {
    await expect(world([currentRecord('a')]).draft({ ids: ['a'] })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('a legacy game that is written', () => {
  const written = old('a', { state: '{"turn":8}' });

  test('after the plan is left alone', async () => {
    const { backend, run } = world([old('a')]);
    const report = await run(() => backend.records.set('legacy:a', written));
    expect(report.outcome).toBe('failed');
    expect([...backend.records.values()]).toEqual([written]);
  });

  test('while it is moved counts, and what was made of the older one goes', async () => {
    const { backend, run } = world([old('a')]);
    let writes = 0;
    const report = await run(() => {
      backend.beforeWrite = () => void (++writes === 2 && backend.records.set('legacy:a', written));
    });
    expect(report.outcome).toBe('failed');
    expect([...backend.records.values()]).toEqual([written]);
  });
});

describe('a migration that is killed', () => {
  const records = [old('a'), old('b', { region: 'eu' }), old('c')];

  const points = Array.from({ length: 6 }, (_, write) => [write, false] as const);

  test.each([...points, ...points.map(([write]) => [write, true] as const)])(
    'at write %i (done: %s) has lost nothing, and the next one finishes it',
    async (write, after) => {
      const clock = virtualClock();
      const backend = recordBackend(clock, records);
      const killed = world([], { backend: killedAtWrite(backend, write, after), clock });
      await killed.run().catch(() => {});
      for (const record of records) {
        const legacy = backend.records.get(`legacy:${record.id}`);
        const current = backend.records.get(`current:${record.id}`);
        const isWhole = legacy && recordDigest(legacy) === recordDigest(record);
        expect(isWhole || (current && carries(current, fieldsDigest(record)))).toBe(true);
      }
      const next = world([], { backend, clock });
      await next.run();
      expect([...backend.records.keys()].sort()).toEqual(['current:a', 'current:b', 'current:c']);
      for (const record of records) {
        const current = backend.records.get(`current:${record.id}`);
        expect(current && carries(current, fieldsDigest(record))).toBe(true);
      }
    },
  );
});

test('a legacy game without an id is named visibly', async () => {
  const { draft } = world([old('', { state: '{' })]);
  const { changes, warnings } = await draft();
  expect(changes[0]?.target).toBe('(empty) (legacy)');
  expect(warnings).toEqual(['Not migrated: (empty) (legacy)']);
});

describe('a migration that is stopped by Ctrl-C', () => {
  const ids = Array.from({ length: 80 }, (_, n) => `g${n}`);

  test('tells exactly how far it came, and the next one goes on', async () => {
    const stop = new AbortController();
    const { backend, run } = world(ids.map((id) => old(id)));
    backend.beforeWrite = ({ layout }) => void (layout === 'legacy' && stop.abort());
    const report = await run(undefined, stop.signal);
    expect(report.outcome).toBe('interrupted');
    // The games under way together are ended, and no other is begun.
    expect(report.steps[0]?.state).toMatchObject({
      kind: 'failed',
      fault: { code: 'interrupted', message: '32 of 80 games moved; 48 not begun; stopped: Interrupted' },
    });
    expect(reportLines(report).join('\n')).toContain('stopped: 32 of 80 games moved; 48 not begun');
    expect(report.checks[0]).toMatchObject({
      kind: 'fail',
      found: expect.stringMatching(
        /^32 of 80 games; still in the legacy layout: (g\d+, ){19}g\d+ and 28 more$/,
      ),
    });
    const moved = [...backend.records.keys()].filter((key) => key.startsWith('current:'));
    expect(moved).toHaveLength(32);
    backend.beforeWrite = () => {};
    expect(await run()).toMatchObject({ outcome: 'done' });
    expect([...backend.records.keys()].sort()).toEqual(ids.map((id) => `current:${id}`).sort());
  });

  test('names a game of which the storage did not tell whether it was written, and looks at it after', async () => {
    const stop = new AbortController();
    const { backend, run } = world(['a', 'b'].map((id) => old(id)));
    backend.beforeWrite = ({ id, layout }) => {
      if (layout === 'current') return;
      stop.abort();
      if (id === 'b') throw new Fault('backend-unreachable', 'Cut off');
    };
    const report = await run(undefined, stop.signal);
    expect(report.outcome).toBe('interrupted');
    expect(report.steps[0]?.state).toMatchObject({
      kind: 'unknown',
      fault: {
        message:
          '1 of 2 games moved; not known, the checks look at them once more: b (legacy); stopped: Cut off',
      },
    });
    expect(report.checks[0]?.found).toBe('1 of 2 games; in both, which the next migration ends: b');
  });

  test('before the first write changes nothing and says so', async () => {
    const stop = new AbortController();
    const { backend, run } = world([old('a')]);
    backend.beforeRead = () => stop.abort();
    const report = await run(() => {}, stop.signal).catch((thrown) => thrown);
    expect(backend.writes).toEqual([]);
    expect(report).toMatchObject({ name: 'AbortError' });
  });
});

test('who reads back many games says all the while that it goes on', async () => {
  const { backend, draft } = world(Array.from({ length: 600 }, (_, n) => old(`game-${n}`)));
  const { detail } = await draft();
  let progress = 0;
  await checkMigrated({ backend }, detail, () => progress++);
  // Batches of 200, of either layout.
  expect(progress).toBe(6);
});
