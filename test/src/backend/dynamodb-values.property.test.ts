import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributeName, partName } from '../../../src/backend/dynamodb/attribute-name.ts';
import { attributeOf, partValue } from '../../../src/backend/dynamodb/attribute-value.ts';
import {
  addRevisions,
  dropThrough,
  formatSpans,
  parseSpans,
  revisionsIn,
} from '../../../src/backend/dynamodb/spans.ts';
import { storedBytes } from '../../../src/backend/stored-value.ts';
import type { PartValue } from '../../../src/game/record.ts';
import { encodeValue } from '../../../src/game/record-codec.ts';
import { anyValue } from '../../setup/game-records.ts';

const types = (attribute: AttributeValue) => Object.keys(attribute).join();

describe('values', () => {
  test('of any kind come back from DynamoDB as they were', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(encodeValue(partValue(attributeOf(value)))).toEqual(encodeValue(value));
      }),
    );
  });

  test('that look like one of ours in place of another come back as they were', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const { B } = attributeOf({ kind: 'bytes', bytes: storedBytes(value) });
        const again: PartValue = { kind: 'bytes', bytes: B ?? new Uint8Array() };
        expect(encodeValue(partValue(attributeOf(again)))).toEqual(encodeValue(again));
      }),
    );
  });

  const digits = (...all: string[]) => all.map((text) => [text] as const);
  const asNumber = (text: string) => types(attributeOf({ kind: 'number', digits: text }));

  test.each(
    digits(
      '0',
      '-1',
      '1.5',
      '-0.1',
      '9'.repeat(38),
      `1${'0'.repeat(125)}`,
      `0.${'0'.repeat(129)}1`,
      '1234567895171680000000000000000000000000',
    ),
  )('the number %s is stored as one', (text) => {
    expect(asNumber(text)).toBe('N');
  });

  test.each(digits('-0', '007', '1.50', '1.', '.5', '1E+2', '', 'x', '9'.repeat(39), `1${'0'.repeat(126)}`))(
    'the number "%s", which would come back written otherwise, is stored as bytes',
    (text) => {
      expect(asNumber(text)).toBe('B');
    },
  );

  test.each<[string, PartValue]>([
    ['an empty set', { kind: 'text-set', items: [] }],
    ['a set with an empty member', { kind: 'bytes-set', items: [new Uint8Array()] }],
    [
      'a map with a name that is no text',
      { kind: 'map', entries: [{ name: Buffer.of(255), value: { kind: 'null' } }] },
    ],
  ])('%s, which DynamoDB does not take, is stored as bytes', (_, value) => {
    expect(types(attributeOf(value))).toBe('B');
    expect(encodeValue(partValue(attributeOf(value)))).toEqual(encodeValue(value));
  });

  test('in a map under __proto__ are a field like any other', () => {
    const entries = [{ name: Buffer.from('__proto__'), value: { kind: 'text', text: 'x' } as const }];
    const attribute = attributeOf({ kind: 'map', entries });
    expect(Object.entries(attribute.M ?? {})).toEqual([['__proto__', { S: 'x' }]]);
    expect(partValue(attribute)).toEqual({ kind: 'map', entries });
  });

  test('of a type that is newer than this program are named', () => {
    // As the client hands on what it does not know.
    expect(() => partValue({ $unknown: ['Q', 'x'] })).toThrow(/unknown type/);
  });
});

test('names of any bytes come back as they were, and none takes a name that the layout keeps', () => {
  const own = new Set(['rev', 'phase']);
  const names = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc
      .constantFrom('rev', 'phase', '', 'gk#', 'gk#726576', 'gk#zz', '__proto__')
      .map((name) => Buffer.from(name)),
    // A name that looks like a hidden one, of any depth.
    fc.uint8Array({ maxLength: 4 }).map((name) => Buffer.from(`gk#${Buffer.from(name).toString('hex')}`)),
  );
  fc.assert(
    fc.property(names, (name) => {
      const attribute = attributeName(name, own);
      expect(own.has(attribute)).toBe(false);
      expect(attribute).not.toBe('');
      expect(Buffer.from(partName(attribute, own))).toEqual(Buffer.from(name));
    }),
  );
});

test('attributes of any name stay under their name', () => {
  const own = new Set(['rev']);
  const names = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.uint8Array({ maxLength: 4 }).map((name) => `gk#${Buffer.from(name).toString('hex')}`),
  );
  fc.assert(
    fc.property(names, (name) => {
      fc.pre(!own.has(name));
      expect(attributeName(partName(name, own), own)).toBe(name);
    }),
  );
});

test('sets of revisions are sets', () => {
  const revisions = fc.uniqueArray(fc.integer({ min: 1, max: 60 }));
  fc.assert(
    fc.property(revisions, revisions, fc.nat(60), (some, more, dropped) => {
      const spans = addRevisions(addRevisions([], some), more);
      const all = [...new Set([...some, ...more])].sort((a, b) => a - b);
      expect([...revisionsIn(spans)]).toEqual(all);
      expect(parseSpans(formatSpans(spans))).toEqual(spans);
      expect([...revisionsIn(dropThrough(spans, dropped))]).toEqual(all.filter((one) => one > dropped));
    }),
  );
});
