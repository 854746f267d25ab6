import { expect, test } from 'vitest';
import * as z from 'zod';
import { fitShape } from '../../../src/base/shape-words.ts';

const player = z.strictObject({ id: z.string().min(1), score: z.int().min(0).max(9).optional() });
const schema = z.object({
  version: z.literal(1),
  kind: z.enum(['a', 'b']),
  players: z.array(player).min(1).max(2),
  at: z.iso.datetime(),
  on: z.boolean(),
});
const right = { version: 1, kind: 'a', players: [{ id: 'ada' }], at: '2026-11-23T03:00:00Z', on: true };

test('what fits is handed over', () => {
  expect(fitShape(schema, right)).toEqual({ kind: 'fits', data: right });
});

test.each([
  [{ version: undefined }, 'version: is missing'],
  [{ version: 2 }, 'version: must be 1'],
  [{ kind: 'c' }, 'kind: must be one of a, b'],
  [{ players: { id: 'ada' } }, 'players: must be a list, not an object'],
  [{ players: [] }, 'players: must have 1 entry at least'],
  [{ players: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }, 'players: must have 2 entries at most'],
  [{ players: [{ id: '' }] }, 'players.0.id: must not be empty'],
  [{ players: [{ id: 7 }] }, 'players.0.id: must be a text, not a number'],
  [{ players: [{ id: 'a', name: 'x' }] }, 'players.0: must not have "name"'],
  [{ players: [{ id: 'a', score: 1.5 }] }, 'players.0.score: must be a whole number, not 1.5'],
  [{ players: [{ id: 'a', score: 10 }] }, 'players.0.score: must be 9 at most'],
  [{ at: 'soon' }, 'at: must be a time like 2026-11-23T12:54:00Z'],
  [{ on: null }, 'on: must be true or false, not null'],
])('%j is told with its place and what it must be', (wrong, what) => {
  expect(fitShape(schema, { ...right, ...wrong })).toEqual({ kind: 'wrong', what });
});

test('all parts are told on one line, up to a few, and the whole has no place', () => {
  const parts =
    /^version: is missing; kind: is missing; players: is missing; at: is missing; on: is missing$/;
  expect(fitShape(schema, {})).toEqual({ kind: 'wrong', what: expect.stringMatching(parts) });
  expect(fitShape(z.array(z.string()), [1, 2, 3, 4, 5, 6, 7])).toMatchObject({
    what: expect.stringMatching(/^0: must .*; 4: must be a text, not a number; and 2 more$/),
  });
  expect(fitShape(schema, 'x')).toEqual({ kind: 'wrong', what: 'must be an object, not a text' });
});

test('what a schema says itself is kept', () => {
  const odd = z.number().refine((value) => value % 2 === 1, 'must be odd');
  expect(fitShape(z.object({ odd }), { odd: 2 })).toEqual({ kind: 'wrong', what: 'odd: must be odd' });
});

test('what was no JSON is told as that', () => {
  expect(fitShape(schema, undefined)).toEqual({ kind: 'wrong', what: 'it is not JSON' });
});
