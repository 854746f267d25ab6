import { describe, expect, test } from 'vitest';
import type { Backend, Expected } from '../../src/backend/port.ts';
import { storedBytes } from '../../src/backend/stored-value.ts';
import { parseGameId } from '../../src/game/game.ts';
import type { GameRecord, RecordKey } from '../../src/game/record.ts';
import { recordDigest } from '../../src/game/record-codec.ts';
import type { Place } from '../setup/backend-places.ts';
import { currentRecord, legacyRecord, partsOf } from '../setup/game-records.ts';

const makers = { current: currentRecord, legacy: legacyRecord };

export function describeRecords(openPlace: () => Promise<Place>): void {
  const open = async () => (await openPlace()).open();

  describe.each(['current', 'legacy'] as const)('records of the %s layout', (layout) => {
    const make = makers[layout];

    test('are read back the same', async () => {
      const backend = await open();
      const record = make('a', { other: Buffer.from([0, 255, 128]), '': '' }, Date.now() + 3_600_000);
      expect(await backend.replaceRecord(record, 'absent')).toEqual({ kind: 'written' });
      await expectStored(backend, record);
    });

    test('take the whole place of what was there', async () => {
      const backend = await open();
      const old = make('a', { gone: 'x', 'e:2': 'x', 's:1': 'x' }, Date.now() + 3_600_000);
      const changed = make('a', { fresh: 'y' });
      await backend.replaceRecord(old, 'absent');
      expect(await backend.replaceRecord(changed, recordDigest(old))).toEqual({ kind: 'written' });
      await expectStored(backend, changed);
    });

    test('are removed', async () => {
      const backend = await open();
      const record = make('a');
      await backend.replaceRecord(record, 'absent');
      expect(await backend.removeRecord(record, recordDigest(record))).toEqual({ kind: 'written' });
      expect(await backend.readRecords([record])).toEqual([{ kind: 'absent' }]);
    });

    test.each<[string, (stored: GameRecord) => Expected]>([
      ['nothing', () => 'absent'],
      ['something else', (stored) => recordDigest({ ...stored, parts: partsOf({ rev: '1', x: 'y' }) })],
      [
        'another time of deletion',
        (stored) => recordDigest({ ...stored, expiresAtMs: Date.now() + 1_000_000 }),
      ],
    ])('are not replaced by a caller who expected %s', async (_, expected) => {
      const backend = await open();
      const stored = make('a');
      await backend.replaceRecord(stored, 'absent');
      expect(await backend.replaceRecord(make('a', { x: 'mine' }), expected(stored))).toEqual({
        kind: 'changed',
      });
      await expectStored(backend, stored);
    });

    test('that are not there are neither replaced nor removed', async () => {
      const backend = await open();
      const record = make('a');
      expect(await backend.replaceRecord(record, recordDigest(record))).toEqual({ kind: 'changed' });
      expect(await backend.removeRecord(record, recordDigest(record))).toEqual({ kind: 'changed' });
      expect(await backend.readRecords([record])).toEqual([{ kind: 'absent' }]);
    });

    test('that have changed are not removed', async () => {
      const backend = await open();
      const stored = make('a', { x: 'y' });
      await backend.replaceRecord(stored, 'absent');
      expect(await backend.removeRecord(stored, recordDigest(make('a')))).toEqual({ kind: 'changed' });
      await expectStored(backend, stored);
    });

    test('of two who replace the same one, one is refused', async () => {
      const place = await openPlace();
      const clients = [place.open(), place.open()];
      let before: Expected = 'absent';
      for (let round = 0; round < 5; round++) {
        const mine = clients.map((_, n) => make('a', { by: `${round} ${n}` }));
        const answers = await Promise.all(
          clients.map((client, n) => client.replaceRecord(mine[n] ?? make('a'), before)),
        );
        expect(answers.map(({ kind }) => kind).sort()).toEqual(['changed', 'written']);
        before = recordDigest(mine[answers.findIndex(({ kind }) => kind === 'written')] ?? make('a'));
      }
    });

    test('without any field are kept as they are, but for Redis, which says before that it refuses them', async () => {
      const backend = await open();
      const bare: GameRecord = { id: 'a', layout, parts: [] };
      const refusals = await backend.refusals();
      expect(refusals.of(make('a'))).toBeUndefined();
      if (backend.kind === 'redis') {
        expect(refusals.of(bare)).toMatchObject({ by: 'storage', why: { code: 'refused' } });
        await expect(backend.replaceRecord(bare, 'absent')).rejects.toMatchObject({ code: 'refused' });
        return;
      }
      expect(refusals.of(bare)).toBeUndefined();
      expect(await backend.replaceRecord(bare, 'absent')).toEqual({ kind: 'written' });
      await expectStored(backend, bare);
      expect(await backend.replaceRecord(make('a'), recordDigest(bare))).toEqual({ kind: 'written' });
      expect(await backend.replaceRecord(bare, recordDigest(make('a')))).toEqual({ kind: 'written' });
      await expectStored(backend, bare);
      expect(await scannedKeys(backend)).toEqual([{ id: 'a', layout }]);
      expect(await backend.removeRecord(bare, recordDigest(bare))).toEqual({ kind: 'written' });
      expect(await backend.readRecords([bare])).toEqual([{ kind: 'absent' }]);
    });

    test('that would vanish at once are not written', async () => {
      const backend = await open();
      const stored = make('a');
      await backend.replaceRecord(stored, 'absent');
      const expired = make('a', {}, Date.now() - 1);
      await expect(backend.replaceRecord(expired, recordDigest(stored))).rejects.toMatchObject({
        code: 'refused',
      });
      await expectStored(backend, stored);
    });
  });

  describe('records', () => {
    test('are answered in the order they were asked for, many at once', async () => {
      const backend = await open();
      const keys = Array.from({ length: 250 }, (_, n): RecordKey => ({ id: `g${n}`, layout: 'current' }));
      for (const key of keys)
        if (Number(key.id.slice(1)) % 25 === 0) await backend.replaceRecord(currentRecord(key.id), 'absent');
      const reads = await backend.readRecords(keys);
      expect(reads.map((read) => (read.kind === 'record' ? read.record.id : read.kind))).toEqual(
        keys.map(({ id }, n) => (n % 25 === 0 ? id : 'absent')),
      );
    });

    test('of one id in both layouts are two', async () => {
      const backend = await open();
      await backend.replaceRecord(currentRecord('a'), 'absent');
      await backend.replaceRecord(legacyRecord('a'), 'absent');
      await backend.removeRecord({ id: 'a', layout: 'legacy' }, recordDigest(legacyRecord('a')));
      await expectStored(backend, currentRecord('a'));
    });

    test('hold the game that was appended', async () => {
      const backend = await open();
      const id = parseGameId('a');
      await backend.append(id, {
        expectedRevision: 0,
        phase: 'TURN',
        atMs: 1_000,
        event: Buffer.from('one'),
      });
      await backend.append(id, {
        expectedRevision: 1,
        phase: 'SCORING',
        atMs: 2_000,
        event: Buffer.from('two'),
      });
      await backend.putSnapshot(id, {
        revision: 2,
        bytes: Buffer.from('state'),
        keep: 1,
        dropEventsThrough: 1,
      });
      await expectStored(
        backend,
        recordWith({
          rev: '2',
          phase: 'SCORING',
          created: '1000',
          updated: '2000',
          'e:2': 'two',
          's:2': 'state',
        }),
      );
    });

    test('that were written are games to append to', async () => {
      const backend = await open();
      await backend.replaceRecord(currentRecord('a', { note: 'ours' }), 'absent');
      const id = parseGameId('a');
      await backend.append(id, {
        expectedRevision: 1,
        phase: 'SCORING',
        atMs: 3_000,
        event: Buffer.from('two'),
      });
      await expectStored(
        backend,
        currentRecord('a', { rev: '2', phase: 'SCORING', updated: '3000', 'e:2': 'two', note: 'ours' }),
      );
    });

    test('with a damaged phase become whole with the next event', async () => {
      const backend = await open();
      await backend.replaceRecord(currentRecord('a', { phase: 'TORN', updated: 'never' }), 'absent');
      const id = parseGameId('a');
      await expect(backend.read(id)).rejects.toMatchObject({ code: 'game-invalid' });
      await backend.append(id, {
        expectedRevision: 1,
        phase: 'TURN',
        atMs: 3_000,
        event: Buffer.from('two'),
      });
      await expectStored(
        backend,
        currentRecord('a', { rev: '2', phase: 'TURN', updated: '3000', 'e:2': 'two' }),
      );
    });

    test.each(['many', '', '0', '-1', '01'])(
      'with the revision "%s" take no event and no snapshot',
      async (rev) => {
        const backend = await open();
        const damaged = currentRecord('a', { rev });
        await backend.replaceRecord(damaged, 'absent');
        const id = parseGameId('a');
        const append = { expectedRevision: 0, phase: 'TURN', atMs: 1, event: Buffer.of(1) } as const;
        const snapshot = { revision: 1, bytes: Buffer.of(1), keep: 1, dropEventsThrough: 1 };
        await expect(backend.append(id, append)).rejects.toMatchObject({ code: 'game-invalid' });
        await expect(backend.putSnapshot(id, snapshot)).rejects.toMatchObject({ code: 'game-invalid' });
        await expect(backend.read(id)).rejects.toMatchObject({ code: 'game-invalid' });
        await expectStored(backend, damaged);
      },
    );

    test.each<[string, GameRecord]>([
      [
        'two parts of one name',
        { id: 'a', layout: 'legacy', parts: [...partsOf({ x: '1' }), ...partsOf({ x: '2' })] },
      ],
      ['a time of deletion that is no whole number', legacyRecord('a', {}, Date.now() + 3_600_000.5)],
      ['a revision that its parts do not have', { ...currentRecord('a'), revision: 2 }],
    ])('with %s are refused', async (_, record) => {
      const backend = await open();
      await expect(backend.replaceRecord(record, 'absent')).rejects.toMatchObject({ code: 'game-invalid' });
      expect(await backend.readRecords([record])).toEqual([{ kind: 'absent' }]);
    });

    test('under an id that no UTF-8 can write are named as unreadable', async () => {
      const backend = await open();
      const [read] = await backend.readRecords([{ id: 'a\udcff', layout: 'current' }]);
      expect(read).toMatchObject({ kind: 'unreadable', fault: { code: 'record-unreadable' } });
    });
  });
}

function recordWith(fields: Record<string, string>): GameRecord {
  const record = currentRecord('a', fields);
  return { ...record, parts: record.parts.filter(({ name }) => Buffer.from(name).toString() in fields) };
}

async function scannedKeys(backend: Backend): Promise<RecordKey[]> {
  const keys: RecordKey[] = [];
  for await (const page of backend.scan()) keys.push(...page);
  return keys;
}

async function expectStored(backend: Backend, record: GameRecord): Promise<void> {
  const [read] = await backend.readRecords([record]);
  if (read?.kind !== 'record') throw new Error(`Expected a record, got ${read?.kind}`);
  expect(readable(read.record)).toEqual(readable(record));
  expect(recordDigest(read.record)).toBe(recordDigest(record));
}

/** Bytes as text, for a difference that people can read. */
function readable({ parts, ...rest }: GameRecord) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
  return { ...rest, parts: parts.map(({ name, value }) => [text(name), text(storedBytes(value))]) };
}
