import { describe, expect, test } from 'vitest';
import type { RecordRead } from '../../../src/backend/port.ts';
import { Fault } from '../../../src/base/fault.ts';
import type { GameFilter, GameRow } from '../../../src/games/game-view.ts';
import { createGames } from '../../../src/games/games.ts';
import { problemText } from '../../../src/games/problem.ts';
import { testCodec } from '../../setup/engine-room.ts';
import { legacyRecord } from '../../setup/game-records.ts';
import { type Fields, gamesWorld } from '../../setup/games-world.ts';
import { recordBackend } from '../../setup/record-backend.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

async function listed(games: ReturnType<typeof createGames>, filter: GameFilter = {}): Promise<GameRow[]> {
  const rows: GameRow[] = [];
  for await (const page of games.list(filter)) rows.push(...page);
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

const problemsOf = (row: GameRow | undefined) => row?.problems.map(problemText);

test('a game that was played has a row without problems, and proves itself', async () => {
  const world = gamesWorld();
  await world.play('room-1');
  const [row] = await listed(world.games, { onlyProblems: false, depth: 'proof' });
  expect(row).toMatchObject({
    id: 'room-1',
    layout: 'current',
    phase: 'TURN',
    revision: 7,
    events: 7,
    snapshots: 2,
    problems: [],
    updatedAtMs: world.clock.now(),
  });
  expect(row?.sizeBytes).toBeGreaterThan(1000);
  expect(await world.games.verify({ id: 'room-1' })).toEqual({
    key: { id: 'room-1', layout: 'current' },
    events: 7,
    snapshots: 2,
    problems: [],
  });
});

const garbage = Buffer.from('not a record');

describe('damage is named with its field, and the games beside it are listed', () => {
  test.each<[string, (fields: Fields) => void, readonly string[]]>([
    ['a missing revision', (f) => f.delete('rev'), ['rev: it is missing']],
    ['a revision that is no number', (f) => f.set('rev', Buffer.from('x')), ['rev: it is damaged']],
    [
      'a revision that is behind',
      (f) => f.set('rev', Buffer.from('5')),
      ['rev: it says 5, and there is revision 7'],
    ],
    ['a phase that is none', (f) => f.set('phase', Buffer.from('TRUN')), ['phase: it is damaged']],
    [
      'a phase of another revision',
      (f) => f.set('phase', Buffer.from('SCORING')),
      ['phase: it says SCORING, revision 7 led to TURN'],
    ],
    ['a time that is none', (f) => f.set('updated', Buffer.from('-1')), ['updated: it is damaged']],
    ['an event that is missing', (f) => f.delete('e:3'), ['e:3: it is missing']],
    [
      'several that are missing',
      (f) => ['e:2', 'e:3'].map((name) => f.delete(name)),
      ['e:2: it and all through e:3 are missing'],
    ],
    [
      'the newest event missing',
      (f) => f.delete('e:7'),
      ['e:7: it is missing', 'revision 7 cannot be rebuilt; the newest that is proved is 6'],
    ],
    [
      'an event that cannot be decoded',
      (f) => f.set('e:3', garbage),
      ['e:3: The record cannot be read: its first byte is 110'],
    ],
    [
      'a snapshot that cannot be decoded',
      (f) => f.set('s:4', garbage),
      ['s:4: The record cannot be read: its first byte is 110'],
    ],
    [
      'an event in the place of another',
      (f) => f.set('e:3', f.get('e:2') ?? garbage),
      ['e:3: it says that it is revision 2'],
    ],
    [
      'a snapshot of another revision',
      (f) => f.set('s:6', f.get('s:4') ?? garbage),
      ['s:6: it says that it is revision 4'],
    ],
  ])('%s', async (_what, change, expected) => {
    const world = gamesWorld();
    await world.play('broken');
    await world.play('whole');
    await world.damage('broken', change);
    const [broken, whole] = await listed(world.games, { depth: 'proof' });
    expect(problemsOf(broken)).toEqual(expected);
    expect(whole).toMatchObject({ id: 'whole', problems: [] });
    expect(await listed(world.games, { onlyProblems: true })).toHaveLength(1);
  });

  test('an event that does not lead to the state it names is found by proving, not by decoding', async () => {
    const world = gamesWorld();
    await world.play('room-1');
    await world.damage('room-1', (fields) => {
      const event = world.codec.decodeEvent(fields.get('e:3') ?? garbage, 'room-1');
      fields.set('e:3', world.codec.encode({ ...event, stateHash: 'ab'.repeat(32) }, 'room-1'));
    });
    expect(problemsOf((await listed(world.games))[0])).toEqual([]);
    expect(problemsOf((await listed(world.games, { onlyProblems: true }))[0])).toEqual([
      'e:3: it does not lead to the state that it names',
    ]);
  });

  test('a snapshot that disagrees with its event', async () => {
    const world = gamesWorld();
    await world.play('room-1');
    await world.damage('room-1', (fields) => {
      const other = world.codec.decodeSnapshot(fields.get('s:6') ?? garbage, 'room-1');
      fields.set('s:4', world.codec.encode({ ...other, revision: 4 }, 'room-1'));
    });
    expect(problemsOf((await listed(world.games, { onlyProblems: true }))[0])).toEqual([
      's:4: it and e:4 disagree about the state',
      's:4: it is in SCORING, e:4 leads to TURN',
    ]);
  });
});

function recordGames(backend: ReturnType<typeof recordBackend>) {
  return createGames({
    backend,
    changing: async () => backend,
    codec: testCodec,
    clock: virtualClock(),
    admin: undefined,
    secondary: undefined,
  });
}

test('a key of another type and an id that is no text are rows, and do not end the scan', async () => {
  const clock = virtualClock();
  const backend = recordBackend(clock, [legacyRecord('fine')]);
  backend.unreadable.add('current:list');
  backend.unreadable.add('legacy:\udcff');
  const rows = await listed(recordGames(backend));
  expect(rows.map(({ id, problems }) => [id, problems.map(problemText)])).toEqual([
    ['fine', []],
    ['list', ['it is a list']],
    ['\udcff', ['it is a list']],
  ]);
  expect(rows[1]).not.toHaveProperty('events');
});

test('a game in both layouts is a problem of both', async () => {
  const clock = virtualClock();
  const backend = recordBackend(clock, [
    legacyRecord('twice'),
    { ...legacyRecord('twice'), layout: 'current' },
    legacyRecord('once'),
  ]);
  const rows = await listed(recordGames(backend));
  const both = rows.filter(({ problems }) =>
    problems.some(({ what }) => what === 'it exists in both layouts'),
  );
  expect(both.map(({ id, layout }) => `${layout} ${id}`).sort()).toEqual(['current twice', 'legacy twice']);
  expect(await recordGames(backend).show({ id: 'twice', layout: 'legacy' })).toMatchObject({
    inBothLayouts: true,
    row: { layout: 'legacy' },
  });
});

test('a legacy game names broken JSON, and what cannot be counted is not zero', async () => {
  const backend = recordBackend(virtualClock(), [
    legacyRecord('half', { state: '{"a":', transitions: 'oops', shard: 'eu' }),
  ]);
  const games = recordGames(backend);
  const [row] = await listed(games);
  expect(problemsOf(row)).toEqual(['state: is not JSON', 'transitions: is not JSON']);
  expect(row).not.toHaveProperty('events');
  expect(row).toMatchObject({ snapshots: 0, phase: 'TURN' });
  expect(await games.show({ id: 'half' })).toMatchObject({
    state: { kind: 'none', why: 'the field "state" cannot be read' },
    otherFields: ['shard'],
  });
});

test('a legacy game with more digits than JSON numbers have is sound, and shows them all', async () => {
  const backend = recordBackend(virtualClock(), [
    legacyRecord('exact', { state: '{"seed":12345678901234567890}' }),
  ]);
  const games = recordGames(backend);
  const [row] = await listed(games, { depth: 'proof' });
  expect(problemsOf(row)).toEqual([]);
  expect(await games.show({ id: 'exact' })).toMatchObject({
    state: {
      state: { seed: '12345678901234567890' },
      retold: ['state: holds 12345678901234567890, shown as text to keep every digit'],
    },
  });
});

test('a backend that fails in the middle ends the list with its fault', async () => {
  const backend = recordBackend(virtualClock(), [legacyRecord('a'), legacyRecord('b')]);
  const fault = new Fault('backend-unreachable', 'gone', { retryable: true });
  backend.readRecords = (): Promise<RecordRead[]> => Promise.reject(fault);
  await expect(listed(recordGames(backend))).rejects.toBe(fault);
});

test('a filter lists what fulfils all of it', async () => {
  const world = gamesWorld();
  for (const id of ['old', 'new*', 'newer']) await world.play(id);
  const expected: readonly (readonly [GameFilter, readonly string[]])[] = [
    [{}, ['new*', 'newer', 'old']],
    [{ idPattern: 'new?' }, ['new*']],
    [{ idPattern: 'n*' }, ['new*', 'newer']],
    [{ idPattern: 'ne' }, []],
    [{ phases: ['TURN'] }, ['new*', 'newer', 'old']],
    [{ phases: ['turn'] }, ['new*', 'newer', 'old']],
    [{ phases: ['SCORING'] }, []],
    [{ olderThanMs: 9 * 60_000 }, ['old']],
    [{ youngerThanMs: 0 }, ['newer']],
    [{ minBytes: 1_000_000 }, []],
    [{ layout: 'legacy' }, []],
    [{ olderThanMs: 1, phases: ['TURN'], idPattern: 'o*' }, ['old']],
  ];
  for (const [filter, ids] of expected) {
    const found = await listed(world.games, filter);
    expect(
      found.map(({ id }) => id),
      JSON.stringify(filter),
    ).toEqual(ids);
  }
});
