/**
 * The whole id must match: `*` is any text, `?` one character. No other character has a meaning of its own, so an id
 * matches itself unless it holds these two. Not a regular expression: some patterns with many `*` would take it years.
 */
export function globOf(pattern: string): (id: string) => boolean {
  const wanted = [...pattern];
  return (id) => matches(wanted, [...id]);
}

/** Only the latest `*` ever takes more: what an earlier one could take besides, that one can too. */
function matches(wanted: readonly string[], found: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let takenTo = 0;
  for (let index = 0; index < found.length; ) {
    if (wanted[at] === '*') {
      star = at++;
      takenTo = index;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === found[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++takenTo;
    } else return false;
  }
  return wanted.slice(at).every((left) => left === '*');
}
