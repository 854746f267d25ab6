/**
 * Takes secrets out of text that will be kept or shown: the given values, and passwords in URLs.
 *
 * @param secrets values that must never appear; empty ones are left out
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const known = secrets.filter((secret) => secret !== '');
  return (text) => {
    const withoutKnown = known.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
    return withoutKnown.replace(/(\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s/:@]*:)[^\s/@]+@/gi, '$1[redacted]@');
  };
}
