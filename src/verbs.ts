/**
 * The catalogue of what can be done from the shell: the CLI's parser, its help and its documentation derive from
 * these rows. A verb is a row here and a file in `cli/verb/`.
 */
import type { ConfigRun, VerbRun } from './cli/verb.ts';
import { phases } from './game/phases.ts';
import { rowOrders } from './games/top-rows.ts';

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
const game: Argument = { form: '<id>', about: 'id of a game' };
const plannedGame: Argument = { ...game, form: '[id]' };

const layoutOption: Option = {
  form: '--layout <layout>',
  about: 'this one, where an id is in both',
  choices: ['current', 'legacy'],
};

/** Of verbs that write what a game server may hold in memory. */
const evictionOptions: readonly Option[] = [
  { form: '--evict', about: 'take games out of the memory of servers first' },
  { form: '--discard', about: 'accept the loss of what is only in that memory' },
];

/** What every verb takes that plans a change of the target. */
const planOptions: readonly Option[] = [
  { form: '--dry-run', about: 'save and print the plan, change nothing' },
  {
    form: '--plan <id|path>',
    about: 'apply exactly this saved plan',
    conflicts: [
      ...[
        'onExisting',
        'only',
        'to',
        'resume',
        'undo',
        'reason',
        'mode',
        'snapshot',
        'at',
        'since',
        'parallel',
      ],
      ...['file', 'phase', 'evict', 'discard', 'all', 'idleFor', 'olderThan', 'for'],
      ...['keepLast', 'keepDaily', 'keepWeekly', 'includeRetired'],
    ],
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
    name: 'games list',
    summary: 'Stored games, damaged ones by name',
    effect: 'none',
    options: [
      { form: '--phase <phase...>', about: 'in one of these phases' },
      { form: '--older-than <time>', about: 'not changed for so long, like 2h' },
      { form: '--younger-than <time>', about: 'changed within this time' },
      { form: '--min-size <size>', about: 'at least so large, like 20KiB' },
      { form: '--id <glob>', about: 'whose id matches; * is any text, ? one character' },
      { ...layoutOption, about: 'in this layout' },
      { form: '--problems', about: 'only damaged ones; proves every event and snapshot' },
      { form: '--limit <count>', about: 'how many of them', fallback: '100' },
      { form: '--sort <order>', about: 'which come first', choices: rowOrders, fallback: 'changed' },
    ],
    load: () => import('./cli/verb/games-list.ts'),
  },
  {
    name: 'games show',
    summary: 'All that is known of a game: problems, phases, snapshots, events, state',
    effect: 'none',
    arguments: [game],
    options: [layoutOption],
    load: () => import('./cli/verb/games-show.ts'),
  },
  {
    name: 'games snapshots',
    summary: 'Snapshots of a game; exits 6 when one is damaged',
    effect: 'none',
    arguments: [game],
    load: () => import('./cli/verb/games-snapshots.ts'),
  },
  {
    name: 'games verify',
    summary: 'Prove every event and snapshot; exits 6 on damage',
    effect: 'none',
    arguments: [plannedGame],
    options: [layoutOption, { form: '--all', about: 'of every stored game' }],
    load: () => import('./cli/verb/games-verify.ts'),
  },
  {
    name: 'games snapshot',
    summary: 'Take a snapshot of a game now',
    effect: 'target',
    arguments: [plannedGame],
    options: planOptions,
    load: () => import('./cli/verb/games-snapshot.ts'),
  },
  {
    name: 'games recover',
    summary: 'Bring back the newest state of a game that can be proved, or an earlier one',
    effect: 'target',
    arguments: [plannedGame],
    options: [
      {
        form: '--mode <mode>',
        about: 'which state',
        choices: ['latest', 'snapshot', 'point-in-time', 'before-error'],
        fallback: 'latest',
      },
      { form: '--snapshot <revision>', about: 'of this snapshot' },
      { form: '--at <time>', about: 'at this time, or so long ago, like 10m' },
      { form: '--since <time>', about: 'every damaged game that changed within this time, like 1h' },
      { form: '--parallel <count>', about: 'games at once, with --since', fallback: '10' },
      { form: '--reason <text>', about: 'why, for the event and the audit log' },
      ...evictionOptions,
      ...planOptions,
    ],
    load: () => import('./cli/verb/games-recover.ts'),
  },
  {
    name: 'games correct',
    summary: 'Change the state of a game by hand, in your editor or from a file',
    effect: 'target',
    arguments: [plannedGame],
    options: [
      { form: '--reason <text>', about: 'what was wrong, for the event and the audit log' },
      { form: '--file <path>', about: 'the corrected state as JSON; without it an editor is opened' },
      { form: '--phase <phase>', about: 'the phase too', choices: phases },
      ...evictionOptions,
      ...planOptions,
    ],
    load: () => import('./cli/verb/games-correct.ts'),
  },
  {
    name: 'games hold',
    summary: 'Keep a game in play still for a while, so that a change can be planned and confirmed',
    effect: 'target',
    arguments: [plannedGame],
    options: [
      { form: '--for <time>', about: 'how long, 5m at most; it ends by itself', fallback: '60s' },
      { form: '--reason <text>', about: 'why, for the audit log' },
      ...planOptions,
    ],
    load: () => import('./cli/verb/games-hold.ts'),
  },
  {
    name: 'games release',
    summary: 'Let a game go on that is on hold',
    effect: 'target',
    arguments: [plannedGame],
    options: [{ form: '--reason <text>', about: 'why, for the audit log' }, ...planOptions],
    load: () => import('./cli/verb/games-release.ts'),
  },
  {
    name: 'games compare',
    summary: 'Compare both storages by content; exits 1 when games differ',
    effect: 'none',
    load: () => import('./cli/verb/games-compare.ts'),
  },
  {
    name: 'games backfill',
    summary: 'Copy to the second storage what it lacks or has older',
    effect: 'target',
    options: [
      {
        form: '--on-existing <policy>',
        about: 'what to do with games that exist there and differ',
        choices: ['skip', 'newer', 'overwrite'],
        fallback: 'newer',
      },
      ...planOptions,
    ],
    load: () => import('./cli/verb/games-backfill.ts'),
  },
  {
    name: 'games migrate',
    summary: 'Move games of the legacy layout to the current one',
    effect: 'target',
    arguments: [{ form: '[id...]', about: 'ids of games' }],
    options: [
      { form: '--all', about: 'every game of the legacy layout' },
      { form: '--idle-for <time>', about: 'only those not written for so long', fallback: '10m' },
      ...planOptions,
    ],
    load: () => import('./cli/verb/games-migrate.ts'),
  },
  {
    name: 'backup create',
    summary: 'Archive the games of the backend',
    effect: 'local',
    options: [
      { form: '--name <name>', about: 'name of the archive' },
      { form: '--include-completed', about: 'archive finished games too' },
      {
        form: '--where <words...>',
        about: 'only these games, like phase:TURN,SCORING older:1h younger:2d id:room-* layout:legacy',
      },
      {
        form: '--resume',
        about: 'go on with the backup that was interrupted, of --name where that is given',
        conflicts: ['where', 'includeCompleted'],
      },
      { form: '--rate <games>', about: 'read no more games a second than this, to spare the storage' },
      {
        form: '--allow-unsupported',
        about: 'list games that cannot be represented in the manifest, instead of stopping',
      },
      {
        form: '--encrypt-to <recipient...>',
        about: 'encrypt for these public keys of age, each of which opens it',
        conflicts: ['passphrase'],
      },
      {
        form: '--passphrase',
        about: 'encrypt with a passphrase, of STATE_BACKUP_PASSPHRASE_FILE or asked for',
      },
      {
        form: '--codec <codec>',
        about: 'how it is compressed; zstd, unless STATE_BACKUP_COMPRESS is false',
        choices: ['zstd', 'gzip', 'none'],
      },
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
    summary: 'Check every stored byte of an archive against what was written',
    effect: 'local',
    arguments: [archive],
    options: [
      {
        form: '--deep',
        about: 'also decode every game, and remember the pass: retention and retirement go by it',
      },
    ],
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
        about:
          'what to do with games that exist and differ, with --undo: that were played since; without it fail, with --undo skip',
        choices: ['fail', 'skip', 'newer', 'overwrite'],
      },
      { form: '--only <id...>', about: 'restore these games only' },
      {
        form: '--to <place>',
        about:
          'redis, redis/PREFIX, dynamodb, dynamodb/TABLE or embedded/FOLDER; where games are played without it',
      },
      {
        form: '--resume',
        about: 'go on with the interrupted restore of this archive, by its own policy and games',
        conflicts: ['onExisting', 'only', 'undo'],
      },
      {
        form: '--undo <run>',
        about: 'bring back what that restore replaced, and remove what it made',
        conflicts: ['to'],
      },
      ...planOptions,
    ],
    load: () => import('./cli/verb/backup-restore.ts'),
  },
  {
    name: 'backup retire',
    summary: 'Remove finished games that are in a verified archive, which it makes if need be',
    effect: 'target',
    options: [
      { form: '--older-than <time>', about: 'ended so long ago; COMPLETED_GAME_RETENTION_HOURS without it' },
      ...planOptions,
    ],
    load: () => import('./cli/verb/backup-retire.ts'),
  },
  {
    name: 'backup prune',
    summary: 'Remove archives by age, never the newest verified one',
    effect: 'target',
    options: [
      { form: '--keep-last <count>', about: 'verified archives that stay however old; 3 without it' },
      { form: '--keep-daily <count>', about: 'days of which the newest one stays; 7 without it' },
      { form: '--keep-weekly <count>', about: 'weeks of which the newest one stays; 4 without it' },
      { form: '--include-retired', about: 'archives of retired games too, which storage has no longer' },
      ...planOptions,
    ],
    load: () => import('./cli/verb/backup-prune.ts'),
  },
  {
    name: 'backup diff',
    summary: 'What differs between an archive and another one, or storage now',
    effect: 'none',
    arguments: [archive, { form: '[other]', about: 'another archive, or live: storage now, as without it' }],
    options: [
      { form: '--game <id>', about: 'this game only, field by field' },
      { ...layoutOption, about: 'with --game: this one, where its id is in both' },
      { form: '--limit <count>', about: 'how many games are named', fallback: '100' },
    ],
    load: () => import('./cli/verb/backup-diff.ts'),
  },
  {
    name: 'backup show',
    summary: 'All that an archive says of a game, as games show tells it of storage',
    effect: 'none',
    arguments: [archive, { form: '<game>', about: 'id of a game' }],
    options: [layoutOption],
    load: () => import('./cli/verb/backup-show.ts'),
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
