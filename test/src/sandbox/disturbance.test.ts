import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEmbedded } from '../../../src/backend/embedded/embedded.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { createScrapeSource } from '../../../src/metrics/source/scrape.ts';
import type { SignalId } from '../../../src/metrics/source.ts';
import { createPlatformClient } from '../../../src/platform/client.ts';
import { openFaultFile, withStorageFaults } from '../../../src/sandbox/faults.ts';
import { sandboxPaths } from '../../../src/sandbox/paths.ts';
import { holdSandbox } from '../../setup/sandbox.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

const slow = { timeout: 60_000 };

async function startDisturbed() {
  const folder = tempFolder();
  const sandbox = await holdSandbox(folder, { breaker: { failures: 5, halfOpenAfterMs: 500 } });
  // A short window, so that what was before a fault is forgotten soon.
  const source = createScrapeSource({
    targets: sandbox.servers.map((url) => `${url}/metrics`),
    clock: systemClock,
    windowMs: 5000,
  });
  const read = (id: SignalId) => async () => {
    const reading = (await source.read()).signals[id];
    return reading.kind === 'value' ? reading.value : undefined;
  };
  const becomes = (id: SignalId, holds: (value: number) => boolean) =>
    expect
      .poll(read(id), { timeout: 20_000, interval: 200 })
      .toSatisfy((value: number | undefined) => value !== undefined && holds(value));
  return {
    folder,
    sandbox,
    becomes,
    client: createPlatformClient({ servers: sandbox.servers, timeoutMs: 5000 }),
  };
}

describe('a fault of the sandbox’s storage', slow, () => {
  it('storage-errors: raises the error ratio to about its share, and is over when it is cleared', async () => {
    const { sandbox, becomes } = await startDisturbed();
    await becomes('errorRatio', (ratio) => ratio === 0);
    await sandbox.setFault({ fault: 'storage-errors', share: 0.4 });
    await becomes('errorRatio', (ratio) => ratio > 0.25);
    await sandbox.clearFaults();
    await becomes('errorRatio', (ratio) => ratio === 0);
  });

  it('slow-storage: raises the latency, and fails nothing', async () => {
    const { sandbox, becomes } = await startDisturbed();
    await sandbox.setFault({ fault: 'slow-storage', delayMs: 400 });
    await becomes('latencyP50', (seconds) => seconds > 0.25);
    await becomes('errorRatio', (ratio) => ratio === 0);
  });

  it('outage: opens the breakers, games go on in memory, and all is stored once it is over', async () => {
    const { sandbox, becomes, client } = await startDisturbed();
    await sandbox.setFault({ fault: 'outage' });
    await becomes('breakersOpen', (servers) => servers === 2);
    await becomes('unpersistedGames', (games) => games > 5);
    await becomes('unpersistedSeconds', (seconds) => seconds > 1);
    await becomes('transitions', (perSecond) => perSecond > 1);
    expect(await client.health()).toMatchObject(
      client.servers.map(() => ({ value: { components: { state_management: { healthy: false } } } })),
    );
    await sandbox.clearFaults();
    await becomes('breakersOpen', (servers) => servers === 0);
    await becomes('unpersistedGames', (games) => games === 0);
  });

  it('outage: leaves a server healthy on which persistence is off, for then nothing is to be stored', async () => {
    const { sandbox, becomes, client } = await startDisturbed();
    await sandbox.setFault({ fault: 'outage' });
    await becomes('breakersOpen', (servers) => servers === 2);
    await client.updateFlags([{ name: 'use_state_persistence', enabled: false }]);
    await expect
      .poll(() => client.health(), { timeout: 5_000 })
      .toMatchObject(
        client.servers.map(() => ({ value: { components: { state_management: { healthy: true } } } })),
      );
  });

  it('meets the console’s own access to the storage too', async () => {
    const { folder, sandbox } = await startDisturbed();
    const { data, faults } = sandboxPaths(folder);
    const backend = withStorageFaults(openEmbedded({ folder: data, clock: systemClock }), {
      file: openFaultFile(faults),
      clock: systemClock,
      random: Math.random,
    });
    onTestFinished(() => backend.close());
    await backend.ping();
    await sandbox.setFault({ fault: 'outage' });
    await expect
      .poll(() =>
        backend.ping().then(
          () => 'ok',
          ({ code }) => code,
        ),
      )
      .toBe('backend-unreachable');
  });

  it('is refused without the token, and when it makes no sense', async () => {
    const { folder, sandbox } = await startDisturbed();
    const { port } = JSON.parse(readFileSync(sandboxPaths(folder).announcement, 'utf8'));
    const answer = await fetch(`http://127.0.0.1:${port}/sandbox/faults`, {
      headers: { authorization: 'Bearer x' },
    });
    expect(answer.status).toBe(401);
    await expect(sandbox.setFault({ fault: 'storage-errors', share: 7 })).rejects.toMatchObject({
      code: 'wrong-use',
    });
  });

  it('does not outlive the sandbox that it was meant for', async () => {
    const { folder, sandbox } = await startDisturbed();
    await sandbox.setFault({ fault: 'outage' });
    process.kill(sandbox.pid, 'SIGKILL');
    await holdSandbox(folder);
    expect(openFaultFile(sandboxPaths(folder).faults).read()).toEqual([]);
  });
});
