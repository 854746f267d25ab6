import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAudit } from '../../../src/action/audit.ts';
import { createPastRuns } from '../../../src/action/past-runs.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const about = (run: string, action: string) => ({
  ...{ run, plan: `plan of ${run}`, planDigest: 'd', action, title: 't', lockKey: 'k' },
  ...{ environment: 'staging', simulated: false, actor: { user: 'ana', host: 'bastion' } },
});

test('runs of one action come newest first, and one whose process was killed has no outcome', async () => {
  const clock = virtualClock(1000);
  const path = join(tempFolder(), 'audit.jsonl');
  const audit = createAudit({ path, clock, notedHeads: async () => [] });
  await audit.started(about('one', 'backup restore'));
  clock.advance(500);
  await audit.ended(about('one', 'backup restore'), 'partial');
  await audit.started(about('other', 'backup retire'));
  await audit.started(about('two', 'backup restore'));
  const look = async (id: string): Promise<never> => {
    throw new Error(id);
  };
  const past = createPastRuns(audit, { look });
  const runs = await past.of('backup restore');
  expect(runs).toEqual([
    { run: 'two', plan: 'plan of two', startedAtMs: 1500, outcome: undefined },
    { run: 'one', plan: 'plan of one', startedAtMs: 1000, outcome: 'partial' },
  ]);
  await expect(past.plan(runs[0] ?? expect.fail())).rejects.toThrow('plan of two');
});
