/** Hands the world to the console's screens. The only importer of views. */
import { runConsole } from '../../views/console.tsx';
import { isScreenId, type ScreenId, screenIds } from '../../views/navigation.ts';
import type { ActionKinds, ActionName, ActionRequest, ConsolePorts } from '../../views/ports.ts';
import type { Action, Report, RunObserver } from '../action/action.ts';
import { Confirmed, type Plan } from '../action/plan.ts';
import type { Runner } from '../action/run.ts';
import { Fault } from '../base/fault.ts';
import { createFeed } from '../base/feed.ts';
import { once } from '../base/once.ts';
import type { World } from '../compose/world.ts';
import { isProduction } from '../config/environment-name.ts';
import { editorCommand } from '../config/terminal.ts';
import type { MetricSource } from '../metrics/source.ts';
import { archivePorts } from './console-archives.ts';
import { createEditor } from './editor.ts';
import { refuseReadOnly } from './read-only.ts';
import { typedVerbs } from './typed-verbs.ts';
import type { Program } from './verb.ts';

function parseScreen(name: string): ScreenId {
  if (isScreenId(name)) return name;
  throw new Fault('wrong-use', `There is no screen "${name}"`, {
    next: `Use one of: ${screenIds.join(', ')}`,
  });
}

interface ConsoleTerminal {
  readonly color: boolean;
  readonly ascii: boolean;
  /** As given on the command line. */
  readonly screen: string | undefined;
}

const statusIntervalMs = 1_000;
const flagsIntervalMs = 3_000;
const archivesIntervalMs = 10_000;

/** Resolves when the operator leaves. It opens also when nothing behind it answers: each panel says so itself. */
export async function openConsole(
  world: World,
  program: Program,
  { color, ascii, screen }: ConsoleTerminal,
): Promise<void> {
  const first = screen === undefined ? undefined : parseScreen(screen);
  await runConsole(consolePorts(world, program, editorCommand()), {
    ...(first === undefined ? {} : { screen: first }),
    stdin: process.stdin,
    stdout: process.stdout,
    color,
    ascii,
  });
}

function consolePorts(world: World, program: Program, editor: string | undefined): ConsolePorts {
  const { environment, simulated, readOnly, version, clock, place, settings } = world;
  const { passphrase, passphraseFile, identityFile } = settings.backupKeys;
  const readStatus = once(() => world.statusReader());
  let source: MetricSource | undefined;
  return {
    world: {
      ...{ environment, simulated, place, readOnly, version },
      production: isProduction(environment),
      readsReplica: settings.target.kind === 'redis' && settings.target.readFrom === 'replica',
      archiveOpeners: {
        knowsPassphrase: (passphrase ?? passphraseFile) !== undefined,
        hasIdentity: identityFile !== undefined,
      },
      backupMaxAgeMs: settings.backupMaxAgeMs,
    },
    clock,
    feeds: {
      status: createFeed({
        name: 'status',
        intervalMs: statusIntervalMs,
        clock,
        read: async (signal) => {
          source = await world.metrics();
          return (await readStatus())(signal);
        },
      }),
      flags: createFeed({
        name: 'flags',
        intervalMs: flagsIntervalMs,
        clock,
        read: async (signal) => (await world.flags()).read(signal),
      }),
      archives: createFeed({
        name: 'archives',
        intervalMs: archivesIntervalMs,
        clock,
        read: (signal) => world.backups(signal),
      }),
    },
    history: (id) => source?.history(id) ?? [],
    actions: {
      prepare: (request, signal) => prepare(world, request, signal),
      run: (plan, typed, observer, signal) => run(world, plan, { typed, observer, signal }),
    },
    typed: typedVerbs(world, program),
    games: world.games,
    editor: editor === undefined ? undefined : createEditor(editor),
    archives: archivePorts(world),
    runbooks: {
      list: async () => (await world.runbooks()).list(),
      start: (id) => world.startWalk(id),
    },
  };
}

/** The actions by name, so that what a name opens is known to take that name's input. */
type OpenActions = {
  readonly [Name in ActionName]: () => Promise<
    Action<ActionKinds[Name]['input'], ActionKinds[Name]['detail']>
  >;
};

async function prepare<Name extends ActionName>(
  { runner, actions }: { readonly runner: World['runner']; readonly actions: OpenActions },
  { action, input }: ActionRequest<Name>,
  signal: AbortSignal,
): Promise<Plan> {
  const by = await runner();
  return by.prepare(await actions[action](), input, undefined, signal);
}

interface RunWith {
  readonly typed: string | undefined;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
}

async function run(world: World, plan: Plan, how: RunWith): Promise<Report> {
  // The screens offer no key for it; this holds whatever a screen does.
  refuseReadOnly(world, plan);
  const { actions, runner } = world;
  if (!isActionOf(actions, plan.action)) {
    throw new Fault('unsupported', `The console cannot run ${plan.action}`, {
      next: 'Run it from the shell',
    });
  }
  return applySaved(await runner(), actions, plan.action, plan, how);
}

const isActionOf = (actions: OpenActions, name: string): name is ActionName => Object.hasOwn(actions, name);

/** What runs is the saved plan, as its file says, not the copy that was on the screen. */
async function applySaved<Name extends ActionName>(
  runner: Runner,
  actions: OpenActions,
  name: Name,
  { id }: Plan,
  { typed, observer, signal }: RunWith,
): Promise<Report> {
  const action = await actions[name]();
  const plan = await runner.load(action, id);
  const confirmed = typed === undefined ? Confirmed.local(plan) : Confirmed.byTyping(plan, typed);
  return runner.apply(action, confirmed, observer, signal);
}
