import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/action/action.ts';
import { reportMarkdown } from '../../../src/action/markdown.ts';
import { Confirmed } from '../../../src/action/plan.ts';
import { createRunner } from '../../../src/action/run.ts';
import { Fault } from '../../../src/base/fault.ts';
import { counterAction, newCounter, silent } from '../../setup/counter-action.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

const golden = (name: string) => join(import.meta.dirname, `${name}.golden`);

/** With nothing in it left to chance. */
function knownRunner(stateDir: string) {
  let drawn = 0;
  return createRunner({
    stateDir,
    environment: 'staging',
    simulated: true,
    actor: { user: 'ana', host: 'bastion', sshOrigin: '192.0.2.7' },
    clock: virtualClock(),
    random(bytes) {
      drawn += 1;
      return String(drawn).padStart(bytes * 2, '0');
    },
  });
}

/** One run whose second step fails. */
async function knownRun() {
  const stateDir = tempFolder();
  const runner = knownRunner(stateDir);
  const counter = newCounter();
  const action = counterAction(counter);
  counter.faults.set(1, async () => ({
    kind: 'failed',
    fault: new Fault('backend-failed', 'the counter is stuck', { next: 'Oil it' }),
  }));
  const plan = await runner.prepare(action, { by: 3 });
  const stop = new AbortController().signal;
  const report = await runner.apply(action, Confirmed.byTyping(plan, 'staging'), silent, stop);
  return { folder: join(stateDir, 'staging'), runner, action, plan, report };
}

describe('what outlives the process keeps its format', () => {
  test.each([
    ['plan-1.json', 'plans/20261123T030000Z-000001.json'],
    ['journal-1.jsonl', 'runs/20261123T030000Z-000002.jsonl'],
    ['report-1.json', 'runs/20261123T030000Z-000002.report.json'],
    ['report-1.md', 'runs/20261123T030000Z-000002.report.md'],
    ['audit-1.jsonl', 'audit/audit.jsonl'],
  ])('%s', async (name, file) => {
    const { folder } = await knownRun();
    await expect(readFileSync(join(folder, file), 'utf8')).toMatchFileSnapshot(golden(name));
  });

  test('and nothing else is left behind', async () => {
    const { folder } = await knownRun();
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    expect(
      files
        .filter((file) => file.isFile())
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      '.append.lock',
      '.append.lock',
      '20261123T030000Z-000001.json',
      '20261123T030000Z-000001.used.json',
      '20261123T030000Z-000002.jsonl',
      '20261123T030000Z-000002.report.json',
      '20261123T030000Z-000002.report.md',
      'audit.jsonl',
      'counter.lock',
    ]);
  });

  test('a plan of this version can be loaded from anywhere', async () => {
    const { action, plan } = await knownRun();
    expect(await knownRunner(tempFolder()).load(action, golden('plan-1.json'))).toEqual(plan);
  });

  test('a report or a plan of another shape is refused with what is wrong and where', async () => {
    const { folder, runner, action, report, plan } = await knownRun();
    const path = join(folder, 'runs', `${report.runId}.report.json`);
    const saved = readFileSync(path, 'utf8');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(saved), checks: [{ name: 'x', kind: 'fine' }] }));
    await expect(runner.reports.load(report.runId)).rejects.toMatchObject({
      code: 'integrity',
      message: `${path} is no report as it was saved: checks.0.kind: must be one of pass, fail, inconclusive; checks.0.found: is missing`,
    });
    writeFileSync(path, saved.slice(1));
    await expect(runner.reports.load(report.runId)).rejects.toMatchObject({ code: 'integrity' });
    const other = join(tempFolder(), 'plan.json');
    writeFileSync(other, JSON.stringify({ ...plan, steps: 'all' }));
    await expect(runner.load(action, other)).rejects.toMatchObject({
      code: 'integrity',
      message: `${other} is no plan as it was saved: steps: must be a list, not a text`,
    });
  });

  test('a plan that was used is not even shown again', async () => {
    const { runner, action, plan } = await knownRun();
    await expect(runner.load(action, plan.id)).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('a report as Markdown', () => {
  test('shows text from outside as text', async () => {
    const { plan, report } = await knownRun();
    const hostile = '# <img src=x> [a](b) | `c` \u001b[2J\nsecond line';
    const changes = [{ target: hostile, effect: 'update' as const }];
    const text = reportMarkdown({ ...report, title: hostile, changes } satisfies Report, plan);
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/(?<!\\)<img/);
    expect(text).not.toMatch(/(?<!\\)\[a/);
    expect(text.split('\n').filter((line) => line.startsWith('second line'))).toEqual([]);
    const row = text.split('\n').find((line) => line.startsWith('| \\#')) ?? '';
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(6);
  });
});
