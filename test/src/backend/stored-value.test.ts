import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { storedBytes, storedValue } from '../../../src/backend/stored-value.ts';
import { encodeValue } from '../../../src/game/record-codec.ts';
import { anyValue } from '../../setup/game-records.ts';

describe('a value in a backend that knows bytes only', () => {
  test('reads back as it was', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(encodeValue(storedValue(storedBytes(value)))).toEqual(encodeValue(value));
      }),
    );
  });

  test('of plain bytes is stored as these bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => storedBytes({ kind: 'bytes', bytes }) === bytes));
  });

  test('is stored as what was read, also when somebody else wrote it under our mark', () => {
    const mark = Buffer.from('\0gk-value\0');
    const marked = fc
      .oneof(fc.uint8Array(), anyValue.map(encodeValue))
      .map((rest) => Buffer.concat([mark, rest]));
    fc.assert(
      fc.property(marked, (bytes) => {
        expect(Buffer.from(storedBytes(storedValue(bytes)))).toEqual(bytes);
      }),
    );
  });
});
