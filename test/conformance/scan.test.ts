import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Backend } from '../../src/backend/port.ts';
import type { GameRecord } from '../../src/game/record.ts';
import { recordDigest } from '../../src/game/record-codec.ts';
import { dynamoDbPlace, embeddedPlace, type Place, redisPlace } from '../setup/backend-places.ts';
import { startDynamoDb, type TestDynamoDb } from '../setup/dynamodb.ts';
import { currentRecord, legacyRecord } from '../setup/game-records.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';

let server: TestRedis;
let dynamoServer: TestDynamoDb;
beforeAll(async () => {
  [server, dynamoServer] = await Promise.all([startRedis(), startDynamoDb()]);
});
afterAll(() => Promise.all([server.stop(), dynamoServer.stop()]));

const isResident = (id: string) => id.startsWith('resident');

test.each<[string, number, () => Promise<Place>]>([
  ['embedded', 2_300, embeddedPlace],
  ['redis', 2_300, () => redisPlace(server.url)],
  // Several segments are several pages.
  ['dynamodb', 400, () => dynamoDbPlace(dynamoServer.endpoint)],
])(
  '%s: a scan over several pages yields every game that stays, once, while others come, go and change',
  async (_, residents, openPlace) => {
    const place = await openPlace();
    const [scanner, writer] = [place.open(), place.open()];
    await Promise.all(
      Array.from({ length: residents }, (_, n) => writer.replaceRecord(makeResident(n), 'absent')),
    );
    const seen: string[] = [];
    let pages = 0;
    for await (const page of scanner.scan()) {
      pages++;
      seen.push(...page.map(({ id }) => id));
      await disturb(writer, pages, makeResident(residents - pages));
    }
    expect(pages).toBeGreaterThan(1);
    expect(seen.filter(isResident).sort()).toEqual(
      Array.from({ length: residents }, (_, n) => makeResident(n).id).sort(),
    );
    expect(new Set(seen).size).toBe(seen.length);
  },
);

function makeResident(n: number) {
  return n % 2 ? currentRecord(`resident ${n}`) : legacyRecord(`resident ${n}`);
}

/** Guests come, the ones before them go, and a resident is replaced. */
async function disturb(writer: Backend, round: number, resident: GameRecord): Promise<void> {
  const guests = (of: number) => Array.from({ length: 20 }, (_, n) => currentRecord(`guest ${of} ${n}`));
  await Promise.all(guests(round).map((guest) => writer.replaceRecord(guest, 'absent')));
  await Promise.all(guests(round - 1).map((guest) => writer.removeRecord(guest, recordDigest(guest))));
  const changed = { ...resident, expiresAtMs: Date.now() + 3_600_000 };
  await writer.replaceRecord(changed, recordDigest(resident));
}
