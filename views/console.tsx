import { render } from 'ink';
import { Fault } from '../src/base/fault.ts';
import { App } from './App.tsx';
import { createDispatcher } from './dispatcher.ts';
import { createGameList } from './games/list.ts';
import { createCell } from './hook/cell.ts';
import { createTicker } from './hook/ticker.ts';
import type { Machinery } from './machinery.ts';
import type { ScreenId } from './navigation.ts';
import type { ConsolePorts } from './ports.ts';
import { createMemory } from './readings.ts';
import { createTheme } from './theme.ts';
import { createTracker } from './tracker.ts';

export interface ConsoleOptions {
  readonly screen?: ScreenId;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly color: boolean;
  /** Draws with ASCII only. */
  readonly ascii: boolean;
  /** Where SIGTERM, SIGHUP and SIGINT arrive; the process unless a test stands in for it. */
  readonly signals?: Pick<NodeJS.EventEmitter, 'on' | 'off'>;
}

const endings = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;
const homeAndErase = '\u001b[H\u001b[2J';

/**
 * Opens the console in the alternate screen and resolves when the operator quits. The screen is restored in every
 * case, and a run that was under way is interrupted and waited for, so that it verifies and records what it did; a
 * signal during that wait ends the wait.
 * @throws Fault `interrupted` after a signal or when the terminal went away; otherwise whatever a screen threw
 */
export async function runConsole(ports: ConsolePorts, options: ConsoleOptions): Promise<void> {
  const { stdin, stdout, signals = process } = options;
  const tracker = createTracker();
  const notice = createCell<string | undefined>(undefined);
  let ending: unknown;
  let waiting = false;
  const end = (thrown?: unknown) => {
    ending ??= thrown;
    ink.unmount();
  };
  const lent = createCell(false);
  const machinery: Machinery = {
    ports,
    notice,
    lent,
    theme: createTheme(options),
    ticker: createTicker(ports.clock, ports.feeds.status),
    memory: createMemory(ports.feeds.status),
    gameList: createGameList({ games: ports.games, clock: ports.clock, track: tracker.track }),
    track: tracker.track,
    quit: () => end(),
    redraw: () => redraw(),
    dispatcher: createDispatcher({ readOnly: ports.world.readOnly, say: notice.set }),
  };
  const app = () => (
    <App
      machinery={machinery}
      size={{ columns: stdout.columns || 80, rows: stdout.rows || 24 }}
      first={{ screen: options.screen ?? 'overview' }}
    />
  );
  // Ink's diff is relative to what it last drew; after a resize or a stray write that is not what is there.
  const redraw = () => {
    if (lent.get()) return;
    ink.clear();
    stdout.write(homeAndErase);
    ink.rerender(app());
  };
  const hangUp = () => end(new Fault('interrupted', 'The terminal went away'));
  const { promise: impatience, resolve: stopWaiting } = Promise.withResolvers<void>();
  const stop = (signal: string) => {
    if (waiting) stopWaiting();
    else end(new Fault('interrupted', `Stopped by ${signal}`));
  };

  const ink = render(app(), {
    stdin,
    stdout,
    alternateScreen: true,
    incrementalRendering: true,
    // A key may be painted in two frames, the second with the keys that work now; at Ink's 30 it would come 34 ms later.
    maxFps: 100,
    // Whoever calls has checked the terminal; Ink would paint nothing where CI is set.
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: true,
  });
  // Before Ink's own listener, which would first draw the old layout on the new size.
  stdout.prependListener('resize', redraw);
  stdout.on('error', hangUp);
  stdin.once('end', hangUp);
  for (const signal of endings) signals.on(signal, stop);
  try {
    await ink.waitUntilExit();
    if (ending !== undefined) throw ending;
  } finally {
    stdout.off('resize', redraw);
    stdin.off('end', hangUp);
    waiting = true;
    await Promise.race([tracker.finish(), impatience]);
    for (const signal of endings) signals.off(signal, stop);
    stdout.off('error', hangUp);
  }
}
