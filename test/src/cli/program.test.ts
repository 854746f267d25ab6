import { describe, expect, it } from 'vitest';
import { configFlags, parseInvocation } from '../../../src/cli/program.ts';
import { verbs } from '../../../src/verbs.ts';

function parse(...argv: string[]) {
  const printed: string[] = [];
  const invocation = parseInvocation(argv, '1.2.3', (text) => printed.push(text));
  return { invocation, printed: printed.join('') };
}

describe('the command line', () => {
  it('opens the console without a verb', () => {
    expect(parse().invocation?.verb.name).toBe('console');
    expect(parse('--screen', 'backups').invocation).toMatchObject({ options: { screen: 'backups' } });
  });

  it.each(verbs.map((verb) => [verb.name]))('knows %s', (name) => {
    const verb = verbs.find((row) => row.name === name);
    const needed = (verb?.arguments ?? []).filter(({ form }) => form.startsWith('<')).map(() => 'x');
    expect(parse(...name.split(' '), ...needed, '--json').invocation?.verb).toBe(verb);
  });

  it('hands over arguments and options as they were given', () => {
    const { invocation } = parse(
      'backup',
      'restore',
      'nightly',
      '--on-existing',
      'newer',
      '--only',
      'a',
      'b',
      '--dry-run',
    );
    expect(invocation?.args).toEqual(['nightly']);
    expect(invocation?.options).toMatchObject({ onExisting: 'newer', only: ['a', 'b'], dryRun: true });
  });

  it('takes variables one by one, and leaves the arguments behind them alone', () => {
    const { invocation } = parse('backup', 'validate', '--set', 'A=1', '--set', 'B=x=y', 'nightly');
    expect(invocation?.args).toEqual(['nightly']);
    expect(invocation && configFlags(invocation.options)).toEqual({ set: ['A=1', 'B=x=y'] });
    const named = parse('status', '--profile', 'eu', '--prefer', 'profile').invocation;
    expect(named && configFlags(named.options)).toEqual({ profile: 'eu', prefer: 'profile' });
  });

  it.each([
    ['an unknown verb', ['bakcup', 'list']],
    ['an unknown verb of a group', ['backup', 'crate']],
    ['an unknown option', ['status', '--jsno']],
    ['an unknown choice', ['backup', 'restore', 'a', '--on-existing', 'maybe']],
    ['a missing argument', ['backup', 'validate']],
    ['an argument too many', ['status', 'now']],
    ['an option without its value', ['backup', 'create', '--name']],
    ['a group without its verb', ['backup']],
    ['a saved plan with a wish that it cannot follow', ['rollback', 'run', '--plan', 'x', '--reason', 'y']],
    ['a saved plan with another policy', ['backup', 'restore', '--plan', 'x', '--on-existing', 'skip']],
  ])('refuses %s', (_what, argv) => {
    expect(() => parse(...argv)).toThrow(expect.objectContaining({ code: 'wrong-use' }));
  });

  it('suggests what may have been meant', () => {
    expect(() => parse('satus')).toThrow(/Did you mean status/);
  });

  it('prints help and version without running anything', () => {
    const help = parse('--help');
    expect(help.invocation).toBeUndefined();
    expect(help.printed).toContain('backup');
    expect(parse('--version').printed.trim()).toBe('1.2.3');
  });

  it('keeps its own processes out of the help', () => {
    expect(parse('--help').printed).not.toContain('sandbox-serve');
  });
});
