/**
 * Text from outside (game ids, player names, errors) may hold terminal escape sequences or characters that
 * reorder or hide other text. Here each becomes a visible escape, so an operator sees that something is odd.
 */

// Controls, lone surrogates, characters drawn as nothing (zero width, fillers, tags, variation selectors), those
// that reorder a line, and those that end one.
const unsafe = /\p{Cc}|\p{Cs}|\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}|\p{Zl}|\p{Zp}/gu;

/** One line of harmless text; what was unsafe is shown as `\u{1b}`. */
export function safeLine(text: string): string {
  return text.replace(unsafe, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** As safeLine, but keeps line feeds (and drops the carriage returns before them). */
export function safeText(text: string): string {
  return text.replaceAll('\r\n', '\n').split('\n').map(safeLine).join('\n');
}
