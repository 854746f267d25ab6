import { describe, expect, it } from 'vitest';
import { readLegacy } from '../../../src/game/legacy.ts';
import type { PartValue, RecordPart } from '../../../src/game/record.ts';

const bytes = (text: string): PartValue => ({ kind: 'bytes', bytes: Buffer.from(text) });
const part = (name: string, value: PartValue): RecordPart => ({ name: Buffer.from(name), value });

const fields = {
  phase: bytes('TURN'),
  state: bytes('{"round":3}'),
  snapshots: bytes('[{"round":1}]'),
  transitions: bytes('[{"from":"DECLARATION","to":"TURN"}]'),
  last_updated: bytes('2026-11-23T12:00:00.000Z'),
};

const legacy = (changes: Readonly<Record<string, PartValue | undefined>> = {}) =>
  readLegacy({
    parts: Object.entries({ ...fields, ...changes }).flatMap(([name, value]) =>
      value ? [part(name, value)] : [],
    ),
  });

describe('a legacy game', () => {
  it('is read from the JSON texts that Redis holds', () => {
    expect(legacy()).toEqual({
      phase: 'TURN',
      state: { round: 3 },
      snapshots: [{ round: 1 }],
      transitions: [{ from: 'DECLARATION', to: 'TURN' }],
      updatedAtMs: Date.parse('2026-11-23T12:00:00.000Z'),
      problems: [],
      retold: [],
    });
  });

  it('is read from the types of DynamoDB', () => {
    const entries = [part('round', { kind: 'number', digits: '3' }), part('won', { kind: 'null' })];
    const view = legacy({
      phase: { kind: 'text', text: 'SCORING' },
      state: { kind: 'map', entries },
      snapshots: { kind: 'list', items: [{ kind: 'boolean', value: true }] },
      last_updated: { kind: 'number', digits: '1795435200.5' },
    });
    expect(view).toMatchObject({
      phase: 'SCORING',
      state: { round: 3, won: null },
      snapshots: [true],
      updatedAtMs: 1_795_435_200_500,
      problems: [],
    });
  });

  it.each<[string, PartValue | undefined, string]>([
    ['phase', undefined, 'phase: is missing'],
    ['phase', bytes('PAUSED'), 'phase: "PAUSED" is no phase'],
    ['phase', { kind: 'null' }, 'phase: is no text but null'],
    ['state', bytes('{"round":'), 'state: is not JSON'],
    [
      'state',
      bytes(`${'['.repeat(5_000)}${']'.repeat(5_000)}`),
      'state: is nested more than 200 levels deep',
    ],
    ['state', { kind: 'bytes', bytes: Buffer.from('"Zo\xe9"', 'latin1') }, 'state: is not UTF-8'],
    ['phase', { kind: 'bytes', bytes: Buffer.from([0xff]) }, 'phase: is not UTF-8'],
    ['snapshots', undefined, 'snapshots: is missing'],
    ['snapshots', bytes('{}'), 'snapshots: is no list'],
    ['transitions', bytes('['), 'transitions: is not JSON'],
    ['last_updated', bytes('yesterday'), 'last_updated: is no time'],
    ['last_updated', bytes(''), 'last_updated: is no time'],
  ])('names a damaged %s', (name, value, problem) => {
    expect(legacy({ [name]: value }).problems).toEqual([problem]);
  });

  it('keeps a phase that is none, and makes up nothing that is missing', () => {
    expect(legacy({ phase: bytes('PAUSED') }).phase).toBe('PAUSED');
    const nothing = readLegacy({ parts: [] });
    expect(Object.keys(nothing)).toEqual(['snapshots', 'transitions', 'problems', 'retold']);
    expect(nothing.problems).toHaveLength(5);
  });

  it('keeps every digit of a JSON number, and says so', () => {
    const view = legacy({
      state: bytes('{"seed":9007199254740993,"pot":1e400,"price":1.50,"at":1795435200500}'),
    });
    expect(view.state).toEqual({ seed: '9007199254740993', pot: '1e400', price: 1.5, at: 1_795_435_200_500 });
    expect(view.problems).toEqual([]);
    expect(view.retold).toEqual([
      'state: holds 9007199254740993, shown as text to keep every digit',
      'state: holds 1e400, shown as text to keep every digit',
    ]);
  });

  it('says what JSON cannot show as it is', () => {
    const digits = '12345678901234567890123456789012345678';
    const entries = [
      part('card', { kind: 'bytes', bytes: Buffer.from([0, 255]) }),
      part('seats', { kind: 'text-set', items: [Buffer.from('a'), Buffer.from('b')] }),
      part('seed', { kind: 'number', digits }),
    ];
    const view = legacy({ state: { kind: 'map', entries } });
    expect(view.state).toEqual({ card: 'AP8=', seats: ['a', 'b'], seed: digits });
    expect(view.problems).toEqual([]);
    expect(view.retold).toEqual([
      'state: holds bytes, shown as base64',
      'state: holds a text-set, shown as a list',
      `state: holds ${digits}, shown as text to keep every digit`,
    ]);
  });

  it.each([
    ['1795435200', 1_795_435_200_000],
    ['1795435200123', 1_795_435_200_123],
    ['2026-11-23T12:00:00+01:00', Date.parse('2026-11-23T11:00:00Z')],
  ])('reads the time %s', (text, atMs) => {
    expect(legacy({ last_updated: bytes(text) }).updatedAtMs).toBe(atMs);
  });
});
