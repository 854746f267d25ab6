import { describe, expect, test } from 'vitest';
import { diffStates } from '../../../src/game/field-diff.ts';
import { changesOf } from '../../../src/games/field-changes.ts';

describe('the difference of two states in a preview', () => {
  test('is cut, and says by how much', () => {
    const state = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`k${index}`, index]));
    const changes = changesOf(diffStates({}, state));
    expect(changes).toHaveLength(501);
    expect(changes.at(-1)).toEqual({ target: 'and 100 more fields', effect: 'update' });
    expect(changesOf(diffStates('', 'x'.repeat(1000)))[0]?.to).toContain('(1002 characters)');
  });
});
