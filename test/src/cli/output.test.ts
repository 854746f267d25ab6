import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import { safeLine } from '../../../src/base/safe-text.ts';
import { createJsonOutput, createTextOutput } from '../../../src/cli/output.ts';
import { table } from '../../../src/cli/table.ts';

function streams() {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const textOf = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? '';
  return { stdout, stderr, out: () => textOf(stdout), err: () => textOf(stderr) };
}

const sandbox = { environment: 'sandbox', simulated: true };
const done = (result: object, ...lines: string[]) => ({ exit: 0, result, text: () => lines });

describe('lines for people', () => {
  it('say SIMULATED beside the result, not in it', async () => {
    const to = streams();
    await createTextOutput(to, safeLine).result(done({}, 'one'), sandbox);
    expect(to.out()).toBe('one\n');
    expect(to.err()).toContain('SIMULATED');
  });

  it('never let a control character through', async () => {
    const to = streams();
    await createTextOutput(to, safeLine).result(done({}, 'game \u001b[2J'), sandbox);
    await createTextOutput(to, safeLine).fault(new Fault('not-found', 'no \u001b]0;x\u0007'), 5, sandbox);
    expect(to.out() + to.err()).not.toContain('\u001b');
  });

  it('say what to do next after a fault', async () => {
    const to = streams();
    await createTextOutput(to, safeLine).fault(
      new Fault('not-found', 'There is no archive "x"', { next: 'Use one of: a' }),
      5,
      sandbox,
    );
    expect(to.err()).toBe('gamekeeper: There is no archive "x"\nUse one of: a\n');
  });
});

describe('the JSON document', () => {
  it('has schema, ok, exit, origin and result on one line', async () => {
    const to = streams();
    await createJsonOutput('backup list', to).result(done({ archives: [] }), sandbox);
    const text = to.out();
    expect(text.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(text)).toEqual({
      schema: 'gamekeeper/backup-list/1',
      ok: true,
      exit: 0,
      environment: 'sandbox',
      simulated: true,
      result: { archives: [] },
    });
  });

  it('has the fault with its code and what to do next', async () => {
    const to = streams();
    const fault = new Fault('backend-unreachable', 'no answer', { next: 'Check it', retryable: true });
    await createJsonOutput('status', to).fault(fault, 1, undefined);
    expect(JSON.parse(to.out())).toMatchObject({
      ok: false,
      exit: 1,
      fault: { code: 'backend-unreachable', message: 'no answer', next: 'Check it', retryable: true },
    });
  });

  it('spells out faults inside a result too', async () => {
    const to = streams();
    await createJsonOutput('status', to).result(done({ unread: [new Fault('locked', 'held')] }), sandbox);
    expect(JSON.parse(to.out()).result.unread[0]).toMatchObject({ code: 'locked', message: 'held' });
  });
});

describe('a table', () => {
  it('aligns by what the terminal draws', () => {
    expect(
      table([
        ['漢字', 'x'],
        ['a', 'y'],
      ]),
    ).toEqual(['漢字  x', 'a     y']);
  });

  it('measures hostile cells after they were made safe', () => {
    expect(
      table([
        ['\u001b', 'x'],
        ['abc', 'y'],
      ]),
    ).toEqual(['\\u{1b}  x', 'abc     y']);
  });

  it('keeps its columns where one cell is much longer than the others', () => {
    const long = 'x'.repeat(300);
    expect(
      table([
        ['a', '1'],
        [long, '2'],
        ['bcd', '3'],
      ]),
    ).toEqual(['a    1', `${long}  2`, 'bcd  3']);
    const path = 'p'.repeat(90);
    expect(
      table([
        ['WHERE', 'N'],
        [path, '1'],
        [path, '2'],
      ])[0],
    ).toBe(`WHERE${' '.repeat(87)}N`);
  });
});
