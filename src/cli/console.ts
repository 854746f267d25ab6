/** Hands the world to the console's screens. The only importer of views. */
import { runConsole } from '../../views/console.tsx';
import { isScreenId, type ScreenId, screenIds } from '../../views/navigation.ts';
import type { ActionRequest, ConsolePorts } from '../../views/ports.ts';
import type { Action, Report, RunObserver } from '../action/action.ts';
import { Confirmed, type Plan, type PlanDetail } from '../action/plan.ts';
import type { Runner } from '../action/run.ts';
import { validateArchive } from '../backup/validate.ts';
import { Fault } from '../base/fault.ts';
import { createFeed } from '../base/feed.ts';
import { once } from '../base/once.ts';
import type { World } from '../compose.ts';
import type { MetricSource } from '../metrics/source.ts';
import { refuseReadOnly } from './read-only.ts';

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
export async function openConsole(world: World, { color, ascii, screen }: ConsoleTerminal): Promise<void> {
  const first = screen === undefined ? undefined : parseScreen(screen);
  await runConsole(consolePorts(world), {
    ...(first === undefined ? {} : { screen: first }),
    stdin: process.stdin,
    stdout: process.stdout,
    color,
    ascii,
  });
}

function consolePorts(world: World): ConsolePorts {
  const { environment, simulated, readOnly, version, clock, place } = world;
  const readStatus = once(() => world.statusReader());
  let source: MetricSource | undefined;
  return {
    world: { environment, simulated, place, readOnly, version },
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
        read: async () => (await world.archives()).list(),
      }),
    },
    history: (id) => source?.history(id) ?? [],
    actions: {
      prepare: (request, signal) => prepare(world, request, signal),
      run: (plan, typed, observer, signal) => run(world, plan, { typed, observer, signal }),
    },
    validateArchive: async (name, progress, signal) =>
      validateArchive(await world.archives(), name, clock, progress, signal),
    runbooks: {
      list: async () => (await world.runbooks()).list(),
      start: (id) => world.startWalk(id),
    },
  };
}

async function prepare(
  { runner, actions, settings }: World,
  request: ActionRequest,
  signal: AbortSignal,
): Promise<Plan> {
  const { prepare: plan } = await runner();
  switch (request.action) {
    case 'backup create':
      return plan(
        await actions['backup create'](),
        { includeCompleted: settings.backupCompletedGames },
        signal,
      );
    case 'backup restore':
      return plan(await actions['backup restore'](), request, signal);
    case 'rollback run':
      return plan(await actions['rollback run'](), request, signal);
  }
}

interface RunWith {
  readonly typed: string | undefined;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
}

async function run(world: World, plan: Plan, how: RunWith): Promise<Report> {
  // The screens offer no key for it; this holds whatever a screen does.
  refuseReadOnly(world, plan);
  const { runner, actions } = world;
  const by = await runner();
  switch (plan.action) {
    case 'backup create':
      return applySaved(by, await actions['backup create'](), plan, how);
    case 'backup restore':
      return applySaved(by, await actions['backup restore'](), plan, how);
    case 'rollback run':
      return applySaved(by, await actions['rollback run'](), plan, how);
    default:
      throw new Fault('unsupported', `The console cannot run ${plan.action}`, {
        next: 'Run it from the shell',
      });
  }
}

/** What runs is the saved plan, as its file says, not the copy that was on the screen. */
async function applySaved<I, D extends PlanDetail>(
  runner: Runner,
  action: Action<I, D>,
  { id }: Plan,
  { typed, observer, signal }: RunWith,
): Promise<Report> {
  const plan = await runner.load(action, id);
  const confirmed = typed === undefined ? Confirmed.local(plan) : Confirmed.byTyping(plan, typed);
  return runner.apply(action, confirmed, observer, signal);
}
