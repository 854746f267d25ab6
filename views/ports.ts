/**
 * All that the console's screens may reach. `cli/console.ts` hands in the real ones; tests hand in fakes. Screens
 * see feeds and plain types, never a backend, the engine or the environment.
 */
import type { Action, Report, RunObserver, RunOutcome } from '../src/action/action.ts';
import type { Plan } from '../src/action/plan.ts';
import type { Validation } from '../src/backup/archive-list.ts';
import type { BackupsLook } from '../src/backup/backup-figures.ts';
import type { ArchiveDiff } from '../src/backup/diff.ts';
import type { Clock } from '../src/base/clock.ts';
import type { Feed } from '../src/base/feed.ts';
import type { Actions } from '../src/compose/actions.ts';
import type { ArchivedGame, ComparedGame } from '../src/compose/archived-games.ts';
import type { FleetFlags } from '../src/flags/store.ts';
import type { GameKey, GamesPort } from '../src/games/game-view.ts';
import type { Point, SignalId } from '../src/metrics/source.ts';
import type { Runbook } from '../src/runbook/runbook.ts';
import type { Walk } from '../src/runbook/walk.ts';
import type { Status } from '../src/status/status.ts';
import type { Openers } from './backups/closed.ts';

type Asked<Open> = Open extends () => Promise<Action<infer Input, infer Detail>>
  ? { readonly input: Input; readonly detail: Detail }
  : never;

/** Every action that can be planned, with what it needs and what its plan holds. */
export type ActionKinds = { readonly [Name in keyof Actions]: Asked<Actions[Name]> };
export type ActionName = keyof ActionKinds;

/** What a screen asks for. */
export type ActionRequest<Name extends ActionName = ActionName> = {
  [One in Name]: { readonly action: One; readonly input: ActionKinds[One]['input'] };
}[Name];

/** It needs the whole terminal: see `lend` of the shell. */
interface TextEditor {
  /** As it was chosen. */
  readonly command: string;
  /** `ended`: how it failed, and then the text is as it was. */
  edit(text: string): Promise<{ readonly text: string; readonly ended?: string }>;
}

export interface TypedOption {
  /** `--name <name>` */
  readonly form: string;
  readonly about: string;
}

type Told = (progress: {
  readonly done: number;
  /** undefined where nobody knows. */
  readonly total: number | undefined;
  /** `bytes`, or what is counted. */
  readonly unit: string;
}) => void;

/** A restore that was run from this machine. */
export interface PastRestore {
  readonly run: string;
  readonly title: string;
  readonly startedAtMs: number;
  readonly user: string;
  /** undefined: it did not end, or goes on still. */
  readonly outcome: RunOutcome | undefined;
}

export interface ConsolePorts {
  readonly world: {
    readonly environment: string;
    /** Players may be hurt there: it must not look like anything else. */
    readonly production: boolean;
    readonly simulated: boolean;
    /** Backend and place, without secrets. */
    readonly place: string;
    /** Stored games are read from a replica, which may be behind. */
    readonly readsReplica: boolean;
    /** True drops every key that changes the target, and says so. */
    readonly readOnly: boolean;
    readonly version: string;
    /** Whether it is configured what opens encrypted archives. */
    readonly archiveOpeners: Openers;
    /** The newest verified backup should be no older. */
    readonly backupMaxAgeMs: number;
  };
  readonly clock: Clock;
  readonly feeds: {
    readonly status: Feed<Status>;
    readonly flags: Feed<FleetFlags>;
    readonly archives: Feed<BackupsLook>;
  };
  /** Points behind a signal's sparkline, oldest first. */
  history(id: SignalId): readonly Point[];
  readonly actions: {
    /** Reads only. */
    prepare(request: ActionRequest, signal: AbortSignal): Promise<Plan>;
    /** @param typed what the operator typed; checked against the plan's environment, not needed for local actions */
    run(plan: Plan, typed: string | undefined, observer: RunObserver, signal: AbortSignal): Promise<Report>;
  };
  /** What can be typed as into a shell: the verbs of backups that are planned first. */
  readonly typed: {
    /** By verb, like `backup create`. */
    readonly options: Readonly<Record<string, readonly TypedOption[]>>;
    /** @throws Fault `wrong-use` */
    read(line: string): ActionRequest;
  };
  games(): Promise<GamesPort>;
  /** undefined: the operator has chosen none. */
  readonly editor: TextEditor | undefined;
  readonly archives: {
    validate(name: string, told: Told, signal: AbortSignal): Promise<Validation>;
    /** @param to an archive, or `live` for what storage has now */
    diff(from: string, to: string, told: Told, signal: AbortSignal): Promise<ArchiveDiff>;
    /** One game, field by field; undefined when neither side has it. */
    diffGame(
      from: string,
      to: string,
      game: GameKey,
      told: Told,
      signal: AbortSignal,
    ): Promise<ComparedGame | undefined>;
    /** undefined when it is not in the archive. */
    show(archive: string, game: GameKey, told: Told, signal: AbortSignal): Promise<ArchivedGame | undefined>;
    /** What `restore --undo` can take back, newest first. */
    restores(): Promise<readonly PastRestore[]>;
  };
  readonly runbooks: {
    list(): Promise<readonly Runbook[]>;
    start(id: string): Promise<Walk>;
  };
}
