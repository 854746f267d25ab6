import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/action/plan.ts';
import { createRunner } from '../../../src/action/run.ts';
import { planLines } from '../../../src/cli/plan-text.ts';
import { counterAction, newCounter } from '../../setup/counter-action.ts';
import { tempFolder } from '../../setup/temp-folder.ts';
import { virtualClock } from '../../setup/virtual-clock.ts';

async function linesOf(changes: readonly Change[]): Promise<readonly string[]> {
  const runner = createRunner({
    ...{ stateDir: tempFolder(), environment: 'staging', simulated: false },
    ...{ actor: { user: 'ana', host: 'bastion' }, clock: virtualClock(), random: () => 'ab12cd' },
  });
  const action = counterAction(newCounter());
  const draft = async () => ({ ...(await action.draft({ by: 1 })), changes });
  return planLines(await runner.prepare({ ...action, draft }, { by: 1 }));
}

const many = (effect: Change['effect'], count: number): Change[] =>
  Array.from({ length: count }, (_, index) => ({ target: `${effect}-${index}`, effect }));

describe('a plan in the shell', () => {
  test('tells what is lost before what is made, however late the plan comes to it', async () => {
    const lines = await linesOf([
      ...many('create', 60),
      ...many('skip', 1),
      { target: 'played', effect: 'update', from: 'revision 9', to: 'revision 2' },
      { target: 'extra', effect: 'delete', from: 'revision 1' },
    ]);
    const from = lines.indexOf('60 to create, 1 to update, 1 to delete, 1 to skip, 0 unchanged');
    expect(lines[from + 1]).toMatch(/^- delete +extra +revision 1/);
    expect(lines[from + 2]).toMatch(/^~ update +played +revision 9 -> revision 2/);
    expect(lines[from + 3]).toMatch(/^\+ create +create-0/);
    expect(lines).toContain('… and 13 more, see --json');
  });

  test('counts what stays as it is, and lists it where it says why', async () => {
    const lines = await linesOf([
      ...many('unchanged', 1_975),
      { target: 'kept', effect: 'unchanged', why: 'the newest' },
      ...many('update', 2),
    ]);
    const from = lines.indexOf('0 to create, 2 to update, 0 to delete, 0 to skip, 1976 unchanged');
    expect(lines[from + 3]).toMatch(/^ +unchanged +kept +the newest/);
    expect(lines.join('\n')).not.toMatch(/unchanged-|more, see/);
  });
});
