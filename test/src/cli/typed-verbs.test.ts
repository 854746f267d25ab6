import { expect, test } from 'vitest';
import { parseInvocation } from '../../../src/cli/program.ts';
import { typedVerbs } from '../../../src/cli/typed-verbs.ts';
import type { World } from '../../../src/compose/world.ts';
import { verbs } from '../../../src/verbs.ts';

const nowMs = Date.UTC(2026, 10, 23, 12);

// All that the verbs read of a world before they plan.
const world = {
  clock: { now: () => nowMs },
  settings: { backupCompletedGames: false, engine: { completedRetentionMs: 86_400_000 } },
} as unknown as World;

const program = {
  verbs,
  parse: (words: readonly string[]) => parseInvocation(words, '1.2.3', () => {}),
};
const { read, options } = typedVerbs(world, program);

test('a backup is asked for with the words that it takes in a shell', () => {
  const line = 'backup create --where phase:turn "older:1h id:room-*" --rate 200 --codec gzip --name a';
  expect(read(line)).toMatchObject({
    action: 'backup create',
    input: {
      ...{ name: 'a', gamesPerSecond: 200, includeCompleted: false, packing: { codec: 'gzip' } },
      where: { phases: ['TURN'], changedBeforeMs: nowMs - 3_600_000, idPattern: 'room-*' },
    },
  });
});

test('what is not said is as configured', () => {
  const completed = { ...world, settings: { ...world.settings, backupCompletedGames: true } };
  expect(typedVerbs(completed, program).read('backup create')).toMatchObject({
    input: { includeCompleted: true },
  });
  expect(read('backup retire')).toEqual({ action: 'backup retire', input: { olderThanMs: 86_400_000 } });
  expect(read('backup prune --keep-last 5')).toEqual({
    action: 'backup prune',
    input: { includeRetired: false, keepLast: 5 },
  });
});

test('quotation marks keep an id with spaces together', () => {
  expect(read(`backup restore night --only "room 1" 'room "2"'`)).toEqual({
    action: 'backup restore',
    input: { archive: 'night', onExisting: 'fail', only: ['room 1', 'room "2"'] },
  });
});

test('a restore overwrites nothing and an undo leaves alone what was played on since, unless told otherwise', () => {
  expect(read('backup restore night')).toMatchObject({ input: { archive: 'night', onExisting: 'fail' } });
  expect(read('backup restore --undo run-1')).toMatchObject({ input: { undo: 'run-1', onExisting: 'skip' } });
  const told = read('backup restore --undo run-1 --on-existing fail');
  expect(told).toMatchObject({ input: { undo: 'run-1', onExisting: 'fail' } });
});

test.each([
  ['backup create --wher phase:TURN', "unknown option '--wher'"],
  ['backup create --where phase:NOON', '"phase:NOON" says nothing of which games are meant'],
  ['backup create --rate fast', '--rate fast is not a count'],
  ['backup create --name "night', 'A quotation mark has no second one'],
  ['backup restore', 'Neither an archive nor a plan was named'],
  ['backup list', '"backup list" cannot be typed into the console'],
  ['rollback run', '"rollback run" cannot be typed into the console'],
  ['', '"" cannot be typed into the console'],
])('%s is refused with the reason', (line, why) => {
  expect(() => read(line)).toThrow(expect.objectContaining({ code: 'wrong-use' }));
  expect(() => read(line)).toThrow(why);
});

test.each([
  '--dry-run',
  '--plan x',
  '--confirm prod',
  '--confirm=prod',
  '--json',
  '--profile eu',
  '--set A=1',
])('%s is refused, not passed over', (words) => {
  expect(() => read(`backup prune ${words}`)).toThrow('is for a shell');
});

test('what is offered to be typed is what is taken', () => {
  expect(Object.keys(options).toSorted()).toEqual([
    ...['backup create', 'backup prune', 'backup restore', 'backup retire'],
  ]);
  const forms = Object.values(options).flatMap((ones) => ones.map(({ form }) => form));
  expect(forms).toContain('--where <words...>');
  expect(forms.filter((form) => /plan|confirm|dry-run/.test(form))).toEqual([]);
  const existing = options['backup restore']?.find(({ form }) => form.startsWith('--on-existing'));
  expect(existing?.about).toMatch(/^fail, skip, newer, overwrite: /);
});
