import { describe, expect, it } from 'vitest';
import { readTerminal } from '../../../src/config/terminal.ts';

const tty = { stdinIsTty: true, stdoutIsTty: true };
const env = { TERM: 'xterm-256color', LANG: 'C.UTF-8' };

describe('the terminal', () => {
  it('can show the console when it is a terminal on both sides', () => {
    expect(readTerminal(tty, env)).toEqual({ obstacle: undefined, color: true, ascii: false });
  });

  it.each([
    ['standard input', { ...tty, stdinIsTty: false }, env, 'standard input is not a terminal'],
    ['standard output', { ...tty, stdoutIsTty: false }, env, 'standard output is not a terminal'],
    ['a dumb terminal', tty, { ...env, TERM: 'dumb' }, 'TERM=dumb cannot move the cursor'],
  ])('says why not with %s', (_what, streams, variables, why) => {
    expect(readTerminal(streams, variables)).toMatchObject({ obstacle: why });
  });

  it('has no colour with NO_COLOR', () => {
    expect(readTerminal(tty, { ...env, NO_COLOR: '1' }).color).toBe(false);
  });

  it.each([
    [{ LANG: 'C' }, true],
    [{ LANG: 'de_DE.ISO-8859-1' }, true],
    [{ LANG: 'C', LC_ALL: 'en_US.UTF-8' }, false],
    [{ LANG: 'en_US.utf8' }, false],
    [{}, false],
  ])('with %o is ASCII only: %s', (locale, ascii) => {
    expect(readTerminal(tty, { TERM: 'xterm', ...locale }).ascii).toBe(ascii);
  });

  it('shows the console also under CI', () => {
    expect(readTerminal(tty, { ...env, CI: '1' }).obstacle).toBeUndefined();
  });
});
