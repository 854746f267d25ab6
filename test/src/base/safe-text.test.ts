import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiLine, safeLine, safeText } from '../../../src/base/safe-text.ts';

describe('safeLine', () => {
  it.each([
    ['an escape sequence', '\u001b]0;owned\u0007', '\\u{1b}]0;owned\\u{7}'],
    ['the 8-bit form of one', '\u009b31m', '\\u{9b}31m'],
    ['a line feed', 'a\nb', 'a\\u{a}b'],
    ['a carriage return that would overwrite the line', 'safe\revil', 'safe\\u{d}evil'],
    ['right-to-left override', 'game\u202egpj.exe', 'game\\u{202e}gpj.exe'],
    ['a zero-width joiner', 'a\u200db', 'a\\u{200d}b'],
    ['half of a surrogate pair', 'a\ud800', 'a\\u{d800}'],
    ['a tag character', 'a\u{e0041}', 'a\\u{e0041}'],
  ])('makes %s visible', (_what, text, shown) => {
    expect(safeLine(text)).toBe(shown);
  });

  it('leaves the words of the world alone', () => {
    const text = 'Größe 漢字 кот عربى 👍 ½ — “quoted”';
    expect(safeLine(text)).toBe(text);
  });

  it('never lets a control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(safeLine(text)).not.toMatch(/[\p{Cc}\p{Cs}]/u);
      }),
    );
  });
});

describe('safeText', () => {
  it('keeps line feeds and nothing else', () => {
    expect(safeText('one\r\ntwo\u001b[2J\n')).toBe('one\ntwo\\u{1b}[2J\n');
  });
});

describe('asciiLine', () => {
  it('spells out the signs we use and escapes all else', () => {
    expect(asciiLine('a → b … — “漢”')).toBe('a -> b ... - "\\u{6f22}"');
  });
});
