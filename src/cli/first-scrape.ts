import type { World } from '../compose/world.ts';

/** A rate is the difference of two scrapes. */
const betweenScrapesMs = 1_000;

/** Verbs start without a past: after this, the next reading has rates. What cannot be read, the next reading says. */
export async function takeFirstScrape({ metrics, clock }: World, signal: AbortSignal): Promise<void> {
  const source = await metrics();
  await source.read(signal).then(
    () => clock.sleep(betweenScrapesMs, signal),
    () => {},
  );
}
