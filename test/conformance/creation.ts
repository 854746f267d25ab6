import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRecords } from '../../src/backend/create-records.ts';
import type { Backend } from '../../src/backend/port.ts';
import { walkRecord } from '../../src/game/encoded-record.ts';
import type { GameRecord } from '../../src/game/record.ts';
import { encodeRecord, recordDigest } from '../../src/game/record-codec.ts';
import { keyText } from '../../src/game/record-words.ts';
import type { Place } from '../setup/backend-places.ts';
import { anyRecord, currentRecord, legacyRecord } from '../setup/game-records.ts';

const later = () => Date.now() + 3_600_000;

export function describeCreation(openPlace: () => Promise<Place>): void {
  describe('many games that are not there yet', () => {
    test('are created, of both layouts and with their times of deletion', async () => {
      const backend = (await openPlace()).open();
      const wanted = Array.from({ length: 300 }, (_, n) => {
        const make = n % 3 === 0 ? legacyRecord : currentRecord;
        return make(
          `g${n}`,
          { note: `${n}`, blob: Buffer.alloc(2_000, n) },
          n % 5 === 0 ? later() : undefined,
        );
      });
      expect(await kinds(backend, wanted)).toEqual(wanted.map(() => 'written'));
      expect(await digests(backend, wanted)).toEqual(wanted.map(recordDigest));
      expect(await scanned(backend)).toEqual(wanted.map(keyText).sort());
    });

    test('are left alone where there is one, whatever becomes of the others', async () => {
      const backend = (await openPlace()).open();
      const [there, other] = [currentRecord('a', { by: 'them' }, later()), currentRecord('b')];
      await backend.replaceRecord(there, 'absent');
      const wanted = [currentRecord('a'), other, legacyRecord('a')];
      expect(await kinds(backend, wanted)).toEqual(['changed', 'written', 'written']);
      expect(await kinds(backend, wanted)).toEqual(['changed', 'changed', 'changed']);
      expect(await digests(backend, wanted)).toEqual([there, other, legacyRecord('a')].map(recordDigest));
      expect(await scanned(backend)).toEqual([there, other, legacyRecord('a')].map(keyText).sort());
    });

    test('are refused by name where they are not sound or have expired, and the others go on', async () => {
      const backend = (await openPlace()).open();
      const wanted = [
        { ...currentRecord('lies'), revision: 7 },
        currentRecord('a'),
        currentRecord('late', {}, Date.now() - 1),
        legacyRecord('b'),
      ];
      const created = await createRecords(backend, wanted.map(encoded));
      expect(created).toMatchObject([
        { kind: 'refused', fault: { code: 'game-invalid' } },
        { kind: 'written' },
        { kind: 'refused', fault: { code: 'refused' } },
        { kind: 'written' },
      ]);
      expect(await scanned(backend)).toEqual([currentRecord('a'), legacyRecord('b')].map(keyText).sort());
    });

    test('are each created once by two who create them at one moment', async () => {
      const place = await openPlace();
      const clients = [place.open(), place.open()];
      const ids = Array.from({ length: 40 }, (_, n) => `g${n}`);
      const by = clients.map((_, client) => ids.map((id) => currentRecord(id, { by: `${client}` })));
      const answers = await Promise.all(clients.map((client, n) => kinds(client, by[n] ?? [])));
      const winners = ids.map((_, n) => answers.map((kind) => kind[n]));
      expect(winners.map((pair) => pair.toSorted())).toEqual(ids.map(() => ['changed', 'written']));
      const stored = winners.map((pair, n) => by[pair.indexOf('written')]?.[n] ?? currentRecord('none'));
      expect(await digests(clients[0] as Backend, stored)).toEqual(stored.map(recordDigest));
    });

    test('read back as they were, whatever is in them', async () => {
      const backend = (await openPlace()).open();
      const some = fc.uniqueArray(anyRecord, { maxLength: 8, selector: keyText });
      await fc.assert(
        fc.asyncProperty(some, async (records) => {
          const created = await kinds(backend, records);
          expect(created).toEqual(records.map(() => 'written'));
          expect(await digests(backend, records)).toEqual(records.map(recordDigest));
          for (const record of records) await backend.removeRecord(record, recordDigest(record));
        }),
        { numRuns: 20 },
      );
    });
  });
}

const encoded = (record: GameRecord) => walkRecord(encodeRecord(record));

const kinds = async (backend: Backend, records: readonly GameRecord[]) =>
  (await createRecords(backend, records.map(encoded))).map(({ kind }) => kind);

async function digests(backend: Backend, records: readonly GameRecord[]): Promise<string[]> {
  const reads = await backend.readRecords(records);
  return reads.map((read) => (read.kind === 'record' ? recordDigest(read.record) : read.kind));
}

async function scanned(backend: Backend): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of backend.scan()) keys.push(...page.map(keyText));
  return keys.sort();
}
