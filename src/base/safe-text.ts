/**
 * Text from outside (game ids, player names, errors) may hold terminal escape sequences or characters that
 * reorder or hide other text. Here each becomes a visible escape, so an operator sees that something is odd.
 */

// Controls, lone surrogates, characters drawn as nothing (zero width, fillers, tags, variation selectors), those
// that reorder a line, and those that end one.
const unsafe = /\p{Cc}|\p{Cs}|\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}|\p{Zl}|\p{Zp}/gu;

/** Makes one line fit for a terminal. */
export type CleanLine = (text: string) => string;

/** One line of harmless text; what was unsafe is shown as `\u{1b}`. */
export function safeLine(text: string): string {
  return text.replace(unsafe, escaped);
}

const escaped = (char: string) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;

/** As `clean`, but keeps line feeds (and drops the carriage returns before them). */
export function safeText(text: string, clean: CleanLine = safeLine): string {
  return text.replaceAll('\r\n', '\n').split('\n').map(clean).join('\n');
}

const asciiForms: Readonly<Record<string, string>> = {
  '→': '->',
  '…': '...',
  '—': '-',
  '–': '-',
  '·': '-',
  '“': '"',
  '”': '"',
  '’': "'",
};

/** As safeLine, for terminals that show nothing but ASCII. */
export function asciiLine(text: string): string {
  return safeLine(text).replace(/[^\x20-\x7e]/gu, (char) => asciiForms[char] ?? escaped(char));
}
