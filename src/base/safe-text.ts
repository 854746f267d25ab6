/**
 * Text from outside (game ids, player names, errors) may hold terminal escape sequences or characters that
 * reorder or hide other text. Here each becomes a visible escape, so an operator sees that something is odd.
 */

// C0 and C1 controls, soft hyphen, bidirectional controls, zero-width characters, line separators, BOM,
// interlinear and tag characters, variation selectors (their width differs between terminals).
const unsafe =
  /[\p{Cc}\p{Cs}\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** One line of harmless text; what was unsafe is shown as `\u{1b}`. */
export function safeLine(text: string): string {
  return text.replace(unsafe, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** As safeLine, but keeps line feeds (and drops the carriage returns before them). */
export function safeText(text: string): string {
  return text.replaceAll('\r\n', '\n').split('\n').map(safeLine).join('\n');
}
