import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Backend } from '../../src/backend/port.ts';
import { recordDigest } from '../../src/game/record-codec.ts';
import { embeddedPlace, type Place, redisPlace } from '../setup/backend-places.ts';
import { currentRecord, legacyRecord } from '../setup/game-records.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const residents = 2_300;
const isResident = (id: string) => id.startsWith('resident');

test.each<[string, () => Promise<Place>]>([
  ['embedded', embeddedPlace],
  ['redis', () => redisPlace(server.url)],
])(
  '%s: a scan over several pages yields every game that stays, once, while others come, go and change',
  async (_, openPlace) => {
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
      await disturb(writer, pages);
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
async function disturb(writer: Backend, round: number): Promise<void> {
  const guests = (of: number) => Array.from({ length: 20 }, (_, n) => currentRecord(`guest ${of} ${n}`));
  await Promise.all(guests(round).map((guest) => writer.replaceRecord(guest, 'absent')));
  await Promise.all(guests(round - 1).map((guest) => writer.removeRecord(guest, recordDigest(guest))));
  const resident = makeResident(residents - round);
  const changed = { ...resident, expiresAtMs: Date.now() + 3_600_000 };
  await writer.replaceRecord(changed, recordDigest(resident));
}
