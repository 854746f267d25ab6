import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxRunbookBytes, parseRunbook } from '../../../src/runbook/parse.ts';
import { changed, placeOf, soundRunbook } from '../../setup/runbook-text.ts';

function problemsOf(text: string) {
  const parsed = parseRunbook(text, 'a.yaml');
  return parsed.kind === 'broken' ? parsed.problems : [];
}

describe('a runbook that is well formed', () => {
  const parsed = parseRunbook(soundRunbook, 'a.yaml');

  it('keeps its path and the hash of its text', () => {
    expect(parsed).toMatchObject({
      kind: 'runbook',
      runbook: { id: 'sound', path: 'a.yaml', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('has limits and ages as plain numbers', () => {
    expect(parsed).toMatchObject({
      runbook: {
        metrics: { err: { signal: 'errorRatio', unit: 'ratio', maxAgeMs: 60_000 } },
        nodes: { rate: { branches: [{ when: { metric: 'err', comparison: '>', threshold: 0.2 } }, {}] } },
      },
    });
  });
});

describe('what is wrong is named with its rule and its place', () => {
  it.each([
    ['yaml', 'kind: choice', 'kind: [choice', 'title: Is it bad?'],
    ['yaml', 'title: Look', 'kind: instruction', 'kind: instruction\n    commands'],
    ['schema', 'runbook/v1', 'runbook/v2', 'runbook/v2'],
    ['schema', 'kind: choice', 'kind: guess', 'guess'],
    ['schema', 'start: rate\n', '', 'apiVersion'],
    ['schema', 'title: Act', 'text: Act', 'act:\n'],
    ['schema', 'label: Few, goto: calm', 'label: Few', 'else'],
    ['schema', '    noData: { label: Unknown, goto: look }\n', '', 'rate:\n    kind'],
    ['schema', 'title: Act', 'title: 5', '5\n    uses'],
    ['schema', 'result: watching', 'result: won', 'won'],
    ['schema', 'unit: ratio', 'unit: percent', 'percent'],
    ['schema', 'evidence: [err]', 'evidence: []', 'evidence'],
    ['schema', 'id: sound', 'id: Sound!', 'Sound!'],
    ['schema', '  look:', '  Look_:', 'Look_:'],
    ['unknown-key', 'title: Act', 'title: Act\n    confirm: never', 'confirm'],
    ['unknown-key', 'when: err > 5 %', 'if: x, when: err > 5 %', 'if: x'],
    ['unknown-signal', 'errorRatio', 'errors', 'errors'],
    ['unknown-signal', 'errorRatio', 'constructor', 'constructor'],
    ['unknown-action', 'uses: rollback run', 'uses: rm -rf', 'rm -rf'],
    ['duration', '60s', '1 minute', '1 minute'],
    ['condition', 'err > 20 %', 'err is high', 'err is high'],
    ['dangling-goto', 'goto: calm }', 'goto: nowhere }', 'nowhere'],
    ['dangling-goto', 'goto: calm }', 'goto: constructor }', 'constructor'],
    ['dangling-goto', 'onFail: page', 'onFail: gone', 'gone'],
    ['dangling-goto', 'start: rate', 'start: begin', 'begin'],
    ['unknown-metric', 'evidence: [err]', 'evidence: [err, heat]', 'heat'],
    ['unknown-metric', 'when: err > 5 %', 'when: heat > 5 %', 'heat > 5 %'],
    ['unit-mismatch', 'unit: ratio', 'unit: seconds', 'seconds'],
    ['unit-mismatch', 'err > 5 %', 'err > 5 ms', 'err > 5 ms'],
    ['unit-mismatch', 'err > 20 %', 'err > 20', 'err > 20'],
  ])('%s: %s', (rule, from, to, found) => {
    const text = changed(from, to);
    expect(problemsOf(text)).toContainEqual(
      expect.objectContaining({ file: 'a.yaml', rule, ...placeOf(text, found) }),
    );
  });

  it('says what to do', () => {
    expect(problemsOf(changed('goto: calm }', 'goto: nowhere }'))).toMatchObject([
      {
        message: 'there is no node "nowhere"',
        next: 'Add it or use one of rate, look, ask, act, done, calm, page',
      },
    ]);
  });

  it('names all that is wrong in the order of the file', () => {
    const text = changed('start: rate', 'more: 1\nstart: rate')
      .replace('kind: choice', 'kind: guess')
      .replace('60s', 'soon')
      .replace('title: Act', 'titel: Act');
    expect(problemsOf(text).map(({ rule }) => rule)).toEqual([
      'unknown-key',
      'duration',
      'schema',
      'schema',
      'unknown-key',
    ]);
  });

  it('tells what is missing from what is wrong', () => {
    expect(problemsOf(changed('start: rate\n', ''))).toMatchObject([
      { message: '"start" is missing', next: 'Add it' },
    ]);
    expect(problemsOf(changed('start: rate', 'start: 1'))).toMatchObject([
      { message: '"start" must be a string', next: 'Correct it' },
    ]);
  });
});

describe('hostile input', () => {
  it('refuses a file that is too large', () => {
    expect(problemsOf(`# ${'x'.repeat(maxRunbookBytes)}`)).toMatchObject([
      { rule: 'too-large', next: 'Split it' },
    ]);
  });

  it('refuses aliases, of which a few can stand for gigabytes', () => {
    const bomb = 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n';
    expect(problemsOf(bomb)[0]).toMatchObject({
      rule: 'yaml',
      message: 'aliases are not read',
      line: 2,
      column: 8,
    });
  });

  it.each([
    ['lists', '['.repeat(25) + ']'.repeat(25)],
    ['maps', '{a: '.repeat(25) + '}'.repeat(25)],
    ['more than the parser can take', '['.repeat(20_000)],
  ])('refuses what is nested too deeply: %s', (_what, text) => {
    expect(problemsOf(text)[0]).toMatchObject({ rule: 'yaml' });
  });

  it('refuses a key that stands twice, at its second place', () => {
    const text = changed('  look:', '  rate:');
    expect(problemsOf(text)).toMatchObject([{ rule: 'yaml', message: '"rate" stands here twice', line: 18 }]);
  });

  it('refuses more nodes than a person can walk', () => {
    const many = Array.from(
      { length: 500 },
      (_none, n) => `  n${n}: { kind: outcome, title: N, result: watching }\n`,
    );
    expect(problemsOf(soundRunbook + many.join(''))).toMatchObject([{ message: 'has more than 500 nodes' }]);
  });

  it('names the first of very many unknown keys', () => {
    const keys = Array.from({ length: 30_000 }, (_none, n) => `k${n}: 1\n`);
    expect(problemsOf(soundRunbook + keys.join(''))).toHaveLength(20);
  });

  it('refuses an empty file, a list and several documents', () => {
    expect(problemsOf('')).toHaveLength(1);
    expect(problemsOf('- a')).toHaveLength(1);
    expect(problemsOf(`${soundRunbook}---\n${soundRunbook}`)).not.toEqual([]);
  });

  it('answers any text with a runbook or problems inside the text', () => {
    fc.assert(
      fc.property(
        fc.nat(soundRunbook.length),
        fc.nat(40),
        fc.string({ maxLength: 20 }),
        (at, cut, insert) => {
          const text = soundRunbook.slice(0, at) + insert + soundRunbook.slice(at + cut);
          const parsed = parseRunbook(text, 'a.yaml');
          if (parsed.kind === 'runbook') return;
          expect(parsed.problems.length).toBeGreaterThan(0);
          for (const { line, column, message, next } of parsed.problems) {
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(text.split('\n').length);
            expect(column).toBeGreaterThanOrEqual(1);
            expect(message && next).toBeTruthy();
          }
        },
      ),
    );
  });
});
