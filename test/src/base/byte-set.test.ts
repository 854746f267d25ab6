import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteSet } from '../../../src/base/byte-set.ts';

test('holds what a set of their texts holds', () => {
  const short = fc.uint8Array({ maxLength: 3 });
  fc.assert(
    fc.property(fc.array(short, { maxLength: 2_000 }), (strings) => {
      const [set, texts] = [new ByteSet(), new Set<string>()];
      for (const bytes of strings) {
        const isNew = texts.size < texts.add(Buffer.from(bytes).toString('latin1')).size;
        expect(set.add(bytes)).toBe(isNew);
      }
      expect(set.size).toBe(texts.size);
    }),
  );
});

test('finds each of very many again, over all blocks', () => {
  const set = new ByteSet();
  const keys = Array.from({ length: 100_000 }, (_, n) => Buffer.from(`gk1:{game:${n}}`));
  expect(keys.filter((key) => set.add(key))).toHaveLength(keys.length);
  expect(keys.filter((key) => set.add(key))).toHaveLength(0);
});

test('takes what is longer than a block, and goes on after it', () => {
  const set = new ByteSet();
  const long = Buffer.alloc(2_500_000, 1);
  const strings = [Buffer.from('a'), long, Buffer.from('b'), Buffer.alloc(1_048_572, 2), Buffer.from('c')];
  expect(strings.map((bytes) => set.add(bytes))).toEqual(strings.map(() => true));
  expect(strings.map((bytes) => set.add(bytes))).toEqual(strings.map(() => false));
  long[2_499_999] = 3;
  expect(set.add(long)).toBe(true);
});
