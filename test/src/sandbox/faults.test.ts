import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEmbedded } from '../../../src/backend/embedded/embedded.ts';
import { openFaultFile, withStorageFaults } from '../../../src/sandbox/faults.ts';
import { tempFolder } from '../../setup/temp-folder.ts';

/** A real backend under a clock that counts what was slept. */
function disturbed(random = () => 0.5) {
  const folder = tempFolder();
  const path = join(folder, 'faults.json');
  const file = openFaultFile(path);
  const clock = {
    nowMs: Date.now(),
    sleptMs: 0,
    now: () => clock.nowMs,
    sleep: async (ms: number) => {
      clock.sleptMs += ms;
    },
  };
  const backend = withStorageFaults(openEmbedded({ folder, clock }), { file, clock, random });
  onTestFinished(() => backend.close());
  /** Faults are read again after a moment. */
  const aMomentLater = () => {
    clock.nowMs += 200;
  };
  return { backend, file, path, clock, aMomentLater };
}

describe('faults of the storage', () => {
  it('are none at first', async () => {
    const { backend, clock } = disturbed();
    await backend.ping();
    expect(clock.sleptMs).toBe(0);
  });

  it('let everything fail in an outage, scans too, until it is over', async () => {
    const { backend, file, aMomentLater } = disturbed();
    file.set({ fault: 'outage' });
    await expect(backend.ping()).rejects.toMatchObject({ code: 'backend-unreachable', retryable: true });
    await expect(backend.scan()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'backend-unreachable',
    });
    file.clear();
    aMomentLater();
    await expect(backend.ping()).resolves.toBeUndefined();
  });

  it('let the given share of operations fail', async () => {
    const rolls = [0.29, 0.3, 0.9, 0];
    const { backend, file } = disturbed(() => rolls.shift() ?? 1);
    file.set({ fault: 'storage-errors', share: 0.3 });
    const outcomes = [];
    for (let call = 0; call < 4; call++)
      outcomes.push(
        await backend.ping().then(
          () => 'ok',
          ({ code }) => code,
        ),
      );
    expect(outcomes).toEqual(['backend-failed', 'ok', 'ok', 'backend-failed']);
  });

  it('slow every operation down', async () => {
    const { backend, file, clock } = disturbed();
    file.set({ fault: 'slow-storage', delayMs: 250 });
    await backend.ping();
    await backend.census();
    expect(clock.sleptMs).toBe(500);
  });

  it('can come together, one of each kind', async () => {
    const { file } = disturbed();
    file.set({ fault: 'slow-storage', delayMs: 100 });
    file.set({ fault: 'storage-errors', share: 0.1 });
    file.set({ fault: 'slow-storage', delayMs: 300 });
    expect(file.read()).toEqual([
      { fault: 'storage-errors', share: 0.1 },
      { fault: 'slow-storage', delayMs: 300 },
    ]);
  });

  it('are not guessed from a file that somebody spoilt', async () => {
    const { backend, path } = disturbed();
    writeFileSync(path, '{"faults": [{"fault": "meteor"}]}');
    await expect(backend.ping()).rejects.toMatchObject({ code: 'config-invalid' });
  });
});
