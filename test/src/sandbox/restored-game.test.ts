import { describe, expect, it, onTestFinished } from 'vitest';
import { openEmbedded } from '../../../src/backend/embedded/embedded.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { GameRecord } from '../../../src/game/record.ts';
import { recordDigest } from '../../../src/game/record-codec.ts';
import { createScrapeSource } from '../../../src/metrics/source/scrape.ts';
import { createPlatformClient } from '../../../src/platform/client.ts';
import { sandboxPaths } from '../../../src/sandbox/paths.ts';
import { holdSandbox } from '../../setup/sandbox.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

async function startWithStorage() {
  const folder = tempFolder();
  const { servers } = await holdSandbox(folder);
  const backend = openEmbedded({ folder: sandboxPaths(folder).data, clock: systemClock });
  onTestFinished(() => backend.close());
  const client = createPlatformClient({ servers, timeoutMs: 5000 });
  const source = createScrapeSource({ targets: servers.map((url) => `${url}/metrics`), clock: systemClock });
  const rooms = async () => (await client.rooms()).flatMap((row) => ('value' in row ? row.value : []));
  const record = async (id: string): Promise<GameRecord> => {
    const [read] = await backend.readRecords([{ id, layout: 'current' }]);
    if (read?.kind !== 'record') throw new Error(`no record of ${id}`);
    return read.record;
  };
  return { backend, source, rooms, record };
}

describe('a game that is changed in storage while its server plays it', { timeout: 60_000 }, () => {
  it('goes on from what was restored, and nothing stays unpersisted', async () => {
    const { backend, source, rooms, record } = await startWithStorage();
    const id = (await rooms()).find(({ phase }) => phase !== 'SCORING')?.id ?? '';
    const earlier = await record(id);
    await expect
      .poll(async () => (await record(id)).revision, { timeout: 20_000 })
      .toBeGreaterThan(earlier.revision ?? 0);
    // The server writes too: until no write came between reading and replacing.
    await expect
      .poll(async () => (await backend.replaceRecord(earlier, recordDigest(await record(id)))).kind)
      .toBe('written');
    await expect
      .poll(async () => (await record(id)).revision, { timeout: 20_000 })
      .toBe((earlier.revision ?? 0) + 1);
    await expect
      .poll(async () => (await source.read()).signals.unpersistedGames, { timeout: 20_000 })
      .toEqual({ kind: 'value', value: 0 });
  });

  it('gives its table up when it was removed', async () => {
    const { backend, rooms, record } = await startWithStorage();
    const id = (await rooms())[0]?.id ?? '';
    await expect
      .poll(
        async () =>
          (await backend.removeRecord({ id, layout: 'current' }, recordDigest(await record(id)))).kind,
      )
      .toBe('written');
    await expect
      .poll(async () => (await rooms()).some((room) => room.id === id), { timeout: 30_000 })
      .toBe(false);
  });
});
