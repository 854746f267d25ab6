import { describe, expect, it } from 'vitest';
import { metrics } from '../../../src/metrics/catalogue.ts';
import { createExporter, type GaugeSources } from '../../../src/metrics/exporter.ts';

const quiet: GaugeSources = {
  activeGames: () => ({ TURN: 3 }),
  unpersisted: () => ({ games: 0, oldestAtMs: undefined }),
  breaker: () => 'closed',
  storage: () => ({ usedBytes: { events: 10 }, limitBytes: undefined }),
};

function exporterWith(gauges: Partial<GaugeSources> = {}) {
  const clock = { now: () => 10_000, sleep: async () => {} };
  return createExporter({ backend: 'embedded', strategy: 'hybrid', clock, gauges: { ...quiet, ...gauges } });
}

const linesOf = async (exporter: ReturnType<typeof exporterWith>, name: string) =>
  (await exporter.expose()).split('\n').filter((line) => line.startsWith(name));

describe('createExporter', () => {
  it.each(Object.keys(metrics))('exposes %s with its help', async (name) => {
    expect(await exporterWith().expose()).toContain(`# HELP ${name} `);
  });

  it('starts every counter at 0, so that the first failure is seen as a rise', async () => {
    const exporter = exporterWith();
    expect(await linesOf(exporter, 'state_snapshots_total{')).toContain(
      'state_snapshots_total{trigger="shutdown",outcome="error"} 0',
    );
    expect(await linesOf(exporter, 'state_errors_total{')).toContain(
      'state_errors_total{operation="append",error_type="backend-unreachable"} 0',
    );
    expect(await linesOf(exporter, 'state_operation_duration_seconds_count{')).toContain(
      'state_operation_duration_seconds_count{operation="append",backend="embedded",outcome="error"} 0',
    );
  });

  it('counts capacity of DynamoDB, and on other backends says nothing of it', async () => {
    const clock = { now: () => 10_000, sleep: async () => {} };
    const exporter = createExporter({ backend: 'dynamodb', strategy: 'hybrid', clock, gauges: quiet });
    exporter.capacity({ operation: 'append', reads: 0.5, writes: 2 });
    const lines = await linesOf(exporter, 'state_dynamodb_consumed_');
    expect(lines).toContain('state_dynamodb_consumed_read_units_total{operation="append"} 0.5');
    expect(lines).toContain('state_dynamodb_consumed_write_units_total{operation="append"} 2');
    expect(lines).toContain('state_dynamodb_consumed_read_units_total{operation="scan"} 0');
    expect(await linesOf(exporterWith(), 'state_dynamodb_consumed_')).toEqual([]);
  });

  it('counts what the backend and the engine tell it', async () => {
    const exporter = exporterWith();
    exporter.operation({
      operation: 'append',
      backend: 'embedded',
      outcome: 'error',
      error: 'backend-failed',
      seconds: 0.2,
    });
    exporter.transition({ from: null, to: 'NOT_STARTED', outcome: 'unpersisted' });
    exporter.snapshot({ trigger: 'phase', outcome: 'ok' });
    exporter.recovery({ mode: 'latest', outcome: 'partial' });
    exporter.cache({ result: 'miss' });
    const text = await exporter.expose();
    for (const line of [
      'state_errors_total{operation="append",error_type="backend-failed"} 1',
      'state_operation_duration_seconds_bucket{le="0.1",operation="append",backend="embedded",outcome="error"} 0',
      'state_operation_duration_seconds_bucket{le="0.25",operation="append",backend="embedded",outcome="error"} 1',
      'state_transitions_total{from_phase="none",to_phase="NOT_STARTED",outcome="unpersisted"} 1',
      'state_snapshots_total{trigger="phase",outcome="ok"} 1',
      'state_recovery_attempts_total{mode="latest",outcome="partial"} 1',
      'state_cache_requests_total{cache="games",result="miss"} 1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  it('survives a duration that is no number', async () => {
    const exporter = exporterWith();
    exporter.operation({ operation: 'read', backend: 'embedded', outcome: 'ok', seconds: Number.NaN });
    expect(await exporter.expose()).toContain('state_operation_duration_seconds_count');
  });

  it('says the age of the oldest transition that is only in memory', async () => {
    const exporter = exporterWith({ unpersisted: () => ({ games: 2, oldestAtMs: 4_000 }) });
    expect(await linesOf(exporter, 'state_unpersisted')).toEqual([
      'state_unpersisted_games{waits="for-storage"} 2',
      'state_unpersisted_games{waits="by-plan"} 0',
      'state_unpersisted_oldest_seconds 6',
    ]);
  });

  it('leaves a gauge out when its source fails, and serves all others', async () => {
    let broken = false;
    const failing = () => {
      if (broken) throw new Error('no census');
      return quiet.storage();
    };
    const exporter = exporterWith({
      storage: failing,
      unpersisted: () => (broken ? undefined : quiet.unpersisted()),
    });
    expect(await linesOf(exporter, 'state_storage_used_bytes{')).toHaveLength(1);
    broken = true;
    expect(await linesOf(exporter, 'state_storage_used_bytes{')).toEqual([]);
    expect(await linesOf(exporter, 'state_unpersisted')).toEqual([]);
    expect(await linesOf(exporter, 'state_active_games{phase="TURN"}')).toEqual([
      'state_active_games{phase="TURN"} 3',
    ]);
  });

  it('tells of dual writes only where there are some', async () => {
    expect((await exporterWith().expose()).split('\n').filter((line) => /^state_dual/.test(line))).toEqual(
      [],
    );
    const exporter = exporterWith({ dualWrite: () => ({ diverging: () => 2, waiting: () => 7 }) });
    exporter.diverged({ key: { id: 'a', layout: 'current' }, reason: 'missed' });
    expect((await exporter.expose()).split('\n').filter((line) => /^state_dual/.test(line))).toEqual([
      'state_dual_write_divergence_total{reason="missed"} 1',
      'state_dual_write_divergence_total{reason="conflict"} 0',
      'state_dual_write_divergence_total{reason="failed"} 0',
      'state_dual_write_diverging_games 2',
      'state_dual_write_waiting_writes 7',
    ]);
  });

  it('tells of backups only what is known of them', async () => {
    const backupLines = async (gauges: Partial<GaugeSources>) =>
      (await exporterWith(gauges).expose()).split('\n').filter((line) => /^state_backup/.test(line));
    expect(await backupLines({})).toEqual([]);
    expect(await backupLines({ backups: () => ({ atMs: 9_000 }) })).toEqual([]);
    const run = { startedAtMs: 4_000, endedAtMs: 6_500, games: 3, rawBytes: 800, storedBytes: 200 };
    const verified = { ...run, name: 'before', startedAtMs: 1_000, verifiedAtMs: 3_000 };
    const newest = { ...run, name: 'after' };
    expect(await backupLines({ backups: () => ({ atMs: 9_000, newest, verified, failures: 0 }) })).toEqual([
      'state_backup_last_success_timestamp_seconds 4',
      'state_backup_last_verified_timestamp_seconds 1',
      'state_backup_duration_seconds 2.5',
      'state_backup_stored_bytes 200',
      'state_backup_raw_bytes 800',
      'state_backup_compression_ratio 4',
      'state_backup_failed_runs 0',
    ]);
  });

  it('keeps two exporters of one process apart', async () => {
    const [one, other] = [exporterWith(), exporterWith()];
    one.cache({ result: 'hit' });
    expect(await linesOf(other, 'state_cache_requests_total{cache="games",result="hit"}')).toEqual([
      'state_cache_requests_total{cache="games",result="hit"} 0',
    ]);
  });
});
