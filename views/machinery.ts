import type { Dispatcher } from './dispatcher.ts';
import type { GameList } from './games/list.ts';
import type { Cell } from './hook/cell.ts';
import type { Ticker } from './hook/ticker.ts';
import type { ConsolePorts } from './ports.ts';
import type { Memory } from './readings.ts';
import type { Shell } from './shell.ts';
import type { Theme } from './theme.ts';

/** What outlives a render: made once, when the console opens. */
export interface Machinery {
  readonly ports: ConsolePorts;
  readonly theme: Theme;
  readonly dispatcher: Dispatcher;
  readonly ticker: Ticker;
  readonly memory: Memory;
  readonly gameList: GameList;
  /** The line above the keys. */
  readonly notice: Cell<string | undefined>;
  readonly track: Shell['track'];
  readonly quit: () => void;
  readonly redraw: () => void;
  /** True while another program has the terminal: nothing may be drawn. */
  readonly lent: Cell<boolean>;
}
