/**
 * The whole id must match: `*` is any text, `?` one character. No other character has a meaning of its own, so an id
 * matches itself unless it holds these two.
 */
export function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su');
}
