const harmless = new Set([
  'sandbox',
  'staging',
  'stage',
  'dev',
  'develop',
  'development',
  'test',
  'testing',
  'qa',
  'ci',
  'local',
]);
const grave = new Set(['production', 'prod', 'live']);

/**
 * Whether players may be hurt there. A name that is not known as harmless counts as production: the cost of a warning
 * too many is a glance. `staging-eu` and `dev2` are harmless, `prod-test` is not.
 */
export function isProduction(environment: string): boolean {
  const words = environment
    .toLowerCase()
    .split(/[-_]/)
    .map((word) => word.replace(/\d+$/, ''));
  return words.some((word) => grave.has(word)) || !words.some((word) => harmless.has(word));
}
