import { describe, expect, it } from 'vitest';
import { lintRules, lintText } from '../../../src/runbook/lint.ts';
import { changed, placeOf, soundRunbook } from '../../setup/runbook-text.ts';

/** For each rule runbooks that break only it, and what the problem points at. */
const examples: Readonly<Record<string, readonly (readonly [text: string, at: string])[]>> = {
  'unreachable-node': [[`${soundRunbook}  lone: { kind: outcome, title: Lone, result: watching }\n`, 'lone']],
  'no-outcome': [
    [
      `${changed("'No', goto: calm", "'No', goto: circle").replace('next: ask', 'next: calm')}  circle:
    kind: choice
    title: Turn
    choices: [{ label: A, goto: circle }, { label: B, goto: circle }]\n`,
      'circle:',
    ],
  ],
  'endless-cycle': [
    [changed('onFail: page', 'onFail: act'), 'act:'],
    [
      `${changed('next: ask', 'next: again')}  again: { kind: instruction, title: Again, next: retry }
  retry: { kind: action, title: R, uses: rollback run, onOk: done, onFail: again, onUnknown: ask }\n`,
      'again: {',
    ],
  ],
  'hidden-branch': [
    [changed('err > 20 %', 'err > 1 %'), 'err > 5 %'],
    [changed('err > 20 %', 'err >= 5 %'), 'err > 5 %'],
    [changed('err > 20 %', 'err > 0.05'), 'err > 5 %'],
    [changed('err > 20 %', 'err < 10 %').replace('err > 5 %', 'err <= 1 %'), 'err <= 1 %'],
  ],
  'same-label': [
    [
      changed('label: Some', 'label: Few').replace('else: { label: Few', 'else: {   label: Few'),
      'Few, goto: calm',
    ],
  ],
  'unused-metric': [
    [changed('nodes:', '  p99: { signal: latencyP99, unit: seconds, maxAge: 5m }\nnodes:'), 'p99'],
  ],
  'unproven-mitigation': [
    [changed('result: watching', 'result: mitigated'), 'calm: {'],
    [changed('onUnknown: page', 'onUnknown: done'), 'done: {'],
  ],
  secret: [
    [changed('gamekeeper status', 'curl https://hooks.slack.com/services/T0/B0/abc'), 'https://hooks'],
    [changed('gamekeeper status', 'redis-cli -u redis://admin:hunter22@host'), 'redis://'],
    [changed('summary: All', 'summary: token=8f7d6a5b4c3d2e1f All'), 'token='],
    [changed('summary: All', 'summary: AKIAABCDEFGHIJKLMNOP All'), 'AKIA'],
    [`# password: correct-horse\n${soundRunbook}`, 'password'],
    [`# -----BEGIN RSA PRIVATE KEY-----\n${soundRunbook}`, '-----BEGIN'],
  ],
};

it('finds nothing in a sound runbook', () => {
  expect(lintText(soundRunbook, 'a.yaml')).toEqual([]);
});

describe.each(lintRules.map(({ id, about }) => [id, about]))('%s: %s', (id) => {
  it.each(examples[id] ?? [])('is found, alone and in its place (example %#)', (text, at) => {
    const found = lintText(text, 'a.yaml');
    expect(new Set(found.map(({ rule }) => rule))).toEqual(new Set([id]));
    expect(found[0]).toMatchObject(placeOf(text, at));
  });

  it('has an example', () => {
    expect(examples[id]?.length).toBeGreaterThan(0);
  });
});

describe('lint leaves alone', () => {
  it.each([
    ['narrow limits before wide ones', changed('err > 20 %', 'err >= 20 %')],
    ['limits in both directions', changed('err > 20 %', 'err < 1 %')],
    [
      'a limit and the same with equality behind it',
      changed('err > 20 %', 'err > 5 %').replace(/err > 5 %(, label: Some)/, 'err >= 5 %$1'),
    ],
    [
      'placeholders of secrets',
      changed('gamekeeper status', 'redis-cli -a token=$TOKEN redis://user:$PASSWORD@host'),
    ],
    [
      'talk about secrets',
      changed('summary: All', 'summary: Ask for the password, the token or the API key. All'),
    ],
  ])('%s', (_what, text) => {
    expect(lintText(text, 'a.yaml')).toEqual([]);
  });

  it('never quotes the secret', () => {
    const [problem] = lintText(`# password: correct-horse\n${soundRunbook}`, 'a.yaml');
    expect(JSON.stringify(problem)).not.toContain('horse');
  });
});

it('names all that is wrong in the order of the file', () => {
  const text = changed('nodes:', '  p99: { signal: latencyP99, unit: seconds, maxAge: 5m }\nnodes:');
  const rules = lintText(text.replace('err > 20 %', 'err > 1 %'), 'a.yaml').map(({ rule }) => rule);
  expect(rules).toEqual(['unused-metric', 'hidden-branch']);
});
