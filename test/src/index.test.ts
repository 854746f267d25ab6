import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createEngine,
  createExporter,
  type EngineSettings,
  observed,
  openBackend,
  parseGameId,
  productionSettings,
  systemClock,
  withBreaker,
} from '../../src/index.ts';
import { tempFolder } from '../setup/temp-folder.ts';

const settings: EngineSettings = { ...productionSettings, validate: false };

describe('the library', () => {
  it('is all that a game server needs to persist, recover and measure its games', async () => {
    const storage = await openBackend({ kind: 'embedded', folder: tempFolder() }, systemClock);
    onTestFinished(() => storage.close());
    const guarded = withBreaker(storage, systemClock);
    const exporter = createExporter({
      backend: storage.kind,
      strategy: 'hybrid',
      clock: systemClock,
      gauges: {
        activeGames: () => undefined,
        unpersisted: () => engine.unpersisted(),
        breaker: () => guarded.breaker.state().state,
        storage: () => undefined,
      },
    });
    const engine = createEngine({
      backend: observed(guarded, exporter),
      clock: systemClock,
      settings,
      policy: { shouldPersist: () => true, shouldSnapshot: () => true },
      observer: exporter,
    });

    const id = parseGameId('room-1');
    const created = await engine.create(id, { round: 0 }, 'ada');
    if (created.kind !== 'committed') throw new Error(`not committed: ${created.kind}`);
    const move = { type: 'START', to: 'PREPARATION', actor: 'ada', change: { state: { round: 1 } } } as const;
    expect(await engine.append(id, move, created)).toMatchObject({ kind: 'committed', revision: 2 });
    await engine.close();

    const restarted = createEngine({
      backend: storage,
      clock: systemClock,
      settings,
      policy: { shouldPersist: () => true, shouldSnapshot: () => true },
      observer: exporter,
    });
    expect(await restarted.recover(id)).toMatchObject({
      kind: 'success',
      game: { revision: 2, state: { round: 1 } },
    });
    expect(await exporter.expose()).toMatch(
      /state_transitions_total\{[^}]*to_phase="PREPARATION",outcome="ok"\} 1/,
    );
  });
});
