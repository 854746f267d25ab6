/**
 * The catalogue of what can be done from the shell: the CLI's parser, its help and its documentation derive from
 * these rows. A verb is a row here and a file in `cli/verb/`.
 */
import type { ConfigRun, VerbRun } from './cli/verb.ts';

/** `local` writes on this machine only; `target` changes games, flags or alerts and is planned and confirmed. */
export type Effect = 'none' | 'local' | 'target';

export interface Verb {
  /** Words as typed, like `backup create`. */
  readonly name: string;
  readonly summary: string;
  readonly effect: Effect;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  /** Left out of the help: for gamekeeper's own processes. */
  readonly hidden?: boolean;
  readonly load: () => Promise<{ readonly run: VerbRun } | { readonly runOnConfiguration: ConfigRun }>;
}

export interface Argument {
  /** `ARCHIVE`; in brackets when it may be left out, with dots when it repeats. */
  readonly form: string;
  readonly about: string;
}

export interface Option {
  /** As commander writes it: `--name <name>`. */
  readonly form: string;
  readonly about: string;
  readonly choices?: readonly string[];
  readonly fallback?: string;
  /** Each use adds a value; without it the last one counts. */
  readonly repeats?: true;
  /** Options, by commander's names, that say otherwise. */
  readonly conflicts?: readonly string[];
}

const archive: Argument = { form: '<archive>', about: 'name in the backup location, or a path' };
const runbook: Argument = { form: '<id>', about: 'id of a runbook' };

/** What every verb takes that plans a change of the target. */
const planOptions: readonly Option[] = [
  { form: '--dry-run', about: 'save and print the plan, change nothing' },
  {
    form: '--plan <id|path>',
    about: 'apply exactly this saved plan',
    conflicts: ['onExisting', 'only', 'reason'],
  },
  { form: '--confirm <environment>', about: "confirm with the environment's name instead of typing it" },
];

export const verbs: readonly Verb[] = [
  {
    name: 'console',
    summary: 'Open the full-screen console (what gamekeeper does without a verb)',
    effect: 'none',
    options: [{ form: '--screen <name>', about: 'start on this screen' }],
    load: () => import('./cli/verb/console.ts'),
  },
  {
    name: 'status',
    summary: 'Verdict, what would be lost, and the figures behind it',
    effect: 'none',
    load: () => import('./cli/verb/status.ts'),
  },
  {
    name: 'config show',
    summary: 'Every setting with its value and where that came from',
    effect: 'none',
    load: () => import('./cli/verb/config-show.ts'),
  },
  {
    name: 'config check',
    summary: 'All that is wrong with the settings, then whether what they point at answers',
    effect: 'none',
    load: () => import('./cli/verb/config-check.ts'),
  },
  {
    name: 'config presets',
    summary: 'The presets beside the current values',
    effect: 'none',
    load: () => import('./cli/verb/config-presets.ts'),
  },
  {
    name: 'backup create',
    summary: 'Archive the games of the backend',
    effect: 'local',
    options: [
      { form: '--name <name>', about: 'name of the archive' },
      { form: '--include-completed', about: 'archive finished games too' },
      { form: '--dry-run', about: 'save and print the plan, archive nothing' },
    ],
    load: () => import('./cli/verb/backup-create.ts'),
  },
  {
    name: 'backup list',
    summary: 'Archives in the backup location',
    effect: 'none',
    load: () => import('./cli/verb/backup-list.ts'),
  },
  {
    name: 'backup validate',
    summary: 'Read every byte of an archive and decode every game in it',
    effect: 'local',
    arguments: [archive],
    load: () => import('./cli/verb/backup-validate.ts'),
  },
  {
    name: 'backup restore',
    summary: 'Put the games of an archive back into the backend',
    effect: 'target',
    arguments: [{ ...archive, form: '[archive]' }],
    options: [
      {
        form: '--on-existing <policy>',
        about: 'what to do with games that exist and differ',
        choices: ['fail', 'skip', 'newer', 'overwrite'],
        fallback: 'fail',
      },
      { form: '--only <id...>', about: 'restore these games only' },
      ...planOptions,
    ],
    load: () => import('./cli/verb/backup-restore.ts'),
  },
  {
    name: 'rollback status',
    summary: 'Flags on every game server, and the last rollback',
    effect: 'none',
    load: () => import('./cli/verb/rollback-status.ts'),
  },
  {
    name: 'rollback run',
    summary: 'Turn state persistence off everywhere and prove it',
    effect: 'target',
    options: [{ form: '--reason <text>', about: 'why, for the audit log and the report' }, ...planOptions],
    load: () => import('./cli/verb/rollback-run.ts'),
  },
  {
    name: 'runbook list',
    summary: 'Runbooks at hand',
    effect: 'none',
    load: () => import('./cli/verb/runbook-list.ts'),
  },
  {
    name: 'runbook show',
    summary: 'A runbook as a tree',
    effect: 'none',
    arguments: [runbook],
    load: () => import('./cli/verb/runbook-show.ts'),
  },
  {
    name: 'runbook lint',
    summary: 'Check runbooks; exits 1 with findings',
    effect: 'none',
    arguments: [{ form: '[path...]', about: 'files or folders; all runbooks at hand without any' }],
    load: () => import('./cli/verb/runbook-lint.ts'),
  },
  {
    name: 'runbook walk',
    summary: 'Walk a runbook in plain lines, with live evidence',
    effect: 'target',
    arguments: [runbook],
    options: [
      { form: '--answers <file>', about: 'take the answers from this file, a line each' },
      { form: '--confirm <environment>', about: 'confirm its actions, instead of typing it' },
    ],
    load: () => import('./cli/verb/runbook-walk.ts'),
  },
  {
    name: 'audit show',
    summary: 'The audit log, newest last',
    effect: 'none',
    options: [{ form: '--limit <count>', about: 'how many entries', fallback: '50' }],
    load: () => import('./cli/verb/audit-show.ts'),
  },
  {
    name: 'audit verify',
    summary: 'Check the hash chain of the audit log; exits 6 when it is broken',
    effect: 'none',
    options: [{ form: '--head <hash>', about: 'the hash that must be in the chain' }],
    load: () => import('./cli/verb/audit-verify.ts'),
  },
  {
    name: 'sandbox',
    summary: 'The embedded staging platform: what runs, or end, reset or disturb it',
    effect: 'local',
    options: [
      {
        form: '--fault <name>',
        about: 'disturb its storage',
        choices: ['none', 'storage-errors', 'slow-storage', 'outage'],
      },
      { form: '--reset', about: 'delete its games; refused while it runs' },
      { form: '--hold', about: 'keep it running until Ctrl-C' },
    ],
    load: () => import('./cli/verb/sandbox.ts'),
  },
  {
    name: 'sandbox-serve',
    summary: 'The process behind the sandbox',
    effect: 'local',
    hidden: true,
    arguments: [{ form: '<folder>', about: 'its data' }],
    load: () => import('./cli/verb/sandbox-serve.ts'),
  },
];
