/** What every screen gets from the console around it. */
import { createContext, use } from 'react';
import type { Dispatcher } from './dispatcher.ts';
import type { GameList } from './games/list.ts';
import type { Ticker } from './hook/ticker.ts';
import type { Frame } from './layout.ts';
import type { View } from './navigation.ts';
import type { ConsolePorts } from './ports.ts';
import type { Memory } from './readings.ts';
import type { Theme } from './theme.ts';

export interface Shell {
  readonly ports: ConsolePorts;
  readonly theme: Theme;
  readonly dispatcher: Dispatcher;
  readonly ticker: Ticker;
  readonly memory: Memory;
  /** Read once and kept, with the operator's place in it. */
  readonly gameList: GameList;
  readonly frame: Frame;
  open(view: View): void;
  back(): void;
  /** A line above the keys until the next key; undefined clears it. */
  say(text: string | undefined): void;
  /** While something runs nobody leaves by accident; undefined: nothing runs. */
  setBusy(what: string | undefined): void;
  /** Gives the terminal away for as long as the work lasts, then draws the screen anew. */
  lend<T>(work: () => Promise<T>): Promise<T>;
  /** Work that outlives no console: aborted when it ends, and waited for. */
  track<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export const ShellContext = createContext<Shell | undefined>(undefined);

export function useShell(): Shell {
  const shell = use(ShellContext);
  if (!shell) throw new Error('A screen was rendered outside the console');
  return shell;
}
