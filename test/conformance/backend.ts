/** What every backend does, bare or wrapped. A suite is a function of a place: `open` yields an empty one. */
import { describe } from 'vitest';
import type { Place } from '../setup/backend-places.ts';
import type { Wrap } from '../setup/backend-wraps.ts';
import { describeCreation } from './creation.ts';
import { describeGames } from './games.ts';
import { describeLock } from './lock.ts';
import { describeReading } from './reading.ts';
import { describeRecords } from './records.ts';

export function backendConformance(
  name: string,
  open: () => Promise<Place>,
  wrap: Wrap = (backend) => backend,
): void {
  const openWrapped = async (): Promise<Place> => {
    const place = await open();
    return { ...place, open: () => wrap(place.open()) };
  };
  describe(name, () => {
    describeGames(openWrapped);
    describeRecords(openWrapped);
    describeCreation(openWrapped);
    describeReading(openWrapped);
    describeLock(openWrapped);
  });
}
