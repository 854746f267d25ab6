import type { Finding } from './rule.ts';

/** Forms of secrets that are known by their looks; each pattern is linear and matches within a line. */
const patterns: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: 'a webhook URL',
    pattern: /https:\/\/(hooks\.slack\.com|discord\.com\/api\/webhooks|[\w-]+\.webhook\.office\.com)\/\S+/i,
  },
  {
    what: 'a password in a URL',
    pattern: /\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s/:@]{0,64}:[^\s/:@$<{]{1,128}@/i,
  },
  {
    what: 'an access token',
    pattern: /\b(xox[abposr]-[\w-]{10}|gh[pousr]_\w{20}|glpat-[\w-]{20}|AKIA[A-Z0-9]{16}|eyJ[\w-]{10,}\.eyJ)/,
  },
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/ },
  {
    what: 'a password or token',
    pattern:
      /(password|passwd|secret|token|api[-_ ]?key|routing[-_ ]?key)["']?\s{0,4}[:=]\s{0,4}["']?[^\s"'$<{[(*]{8}/i,
  },
];

/** A runbook is shown, logged and shared: it says where a secret is kept, never the secret. The text is not quoted. */
export function secretsIn(text: string): readonly Finding[] {
  return text.split('\n').flatMap((line, index) => {
    const hit = patterns
      .map(({ what, pattern }) => ({ what, column: line.search(pattern) + 1 }))
      .find(({ column }) => column > 0);
    if (!hit) return [];
    return [
      {
        at: { line: index + 1, column: hit.column },
        message: `this looks like ${hit.what}`,
        next: 'Say where it is kept instead, and replace it there: it has been readable here',
      },
    ];
  });
}
