// The house's import directions: a room imports only rooms above it in this list.
const ground = ['base', 'config', 'game', 'backend', 'engine', 'metrics', 'platform', 'monitoring', 'action'];
const capabilities = ['flags', 'games', 'migration', 'backup', 'rollback', 'runbook', 'status', 'preflight'];

const room = (name) => `^src/${name}/`;
const anyOf = (rooms) => `^src/(${rooms.join('|')})/`;

const groundRules = ground.map((name, floor) => ({
  name: `${name}-imports-only-below`,
  severity: 'error',
  from: { path: room(name) },
  to: { path: '^(src|views)/', pathNot: anyOf(ground.slice(0, floor + 1)) },
}));

const capabilityRules = capabilities.map((name) => ({
  name: `${name}-stays-apart`,
  severity: 'error',
  from: { path: room(name) },
  // The port of flags is plain types that rollback and status are written against.
  to: { path: '^(src|views)/', pathNot: `${anyOf([...ground, name])}|^src/flags/store.ts$` },
}));

export default {
  forbidden: [
    ...groundRules,
    ...capabilityRules,
    {
      name: 'sandbox-knows-no-capability',
      severity: 'error',
      from: { path: room('sandbox') },
      to: { path: '^(src|views)/', pathNot: anyOf([...ground, 'sandbox']) },
    },
    {
      name: 'views-know-ports-and-types',
      comment: 'Screens never see a backend, the engine, the environment or a file.',
      severity: 'error',
      from: { path: '^views/' },
      to: {
        path: '^src/|^node:|^ioredis|^prom-client',
        pathNot:
          '^src/(base|game|monitoring)/|^src/metrics/source.ts$|^src/platform/flags.ts$|^src/action/(change|outcome)-words.ts$|^src/backup/archive-words.ts$|^node:module$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-the-console-imports-views',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/console\\.ts$' },
      to: { path: '^views/' },
    },
    {
      name: 'only-the-edge-knows-the-edge',
      comment: 'The catalogue of verbs loads their files on demand; nothing else imports the CLI.',
      severity: 'error',
      from: { path: '^(src|views)/', pathNot: '^src/cli/|^src/(cli|verbs)\\.ts$' },
      to: { path: '^src/cli/|^src/(cli|verbs)\\.ts$' },
    },
    {
      name: 'the-library-holds-no-edge',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/(cli|compose|sandbox|config)/|^src/(cli|verbs)\\.ts$|^views/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$|\\.config\\.ts$|^views/no-devtools' },
      to: {},
    },
    {
      name: 'not-to-dev',
      severity: 'error',
      from: { path: '^(src|views)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
