/**
 * A program in a real pseudo terminal, with an emulator on the other end: tests press keys and look at cells, as a
 * person does, and never at bytes.
 */
import { spawn } from '@lydell/node-pty';
import type { Cell } from './cell.ts';
import { createEmulator } from './emulator.ts';
import { createWaits, type Expected } from './screen-waits.ts';

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  /** The whole environment: nothing of the developer's own leaks in. TERM is xterm-256color unless it says otherwise. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface Exit {
  readonly code: number;
  /** Number of the signal that ended it; 0 when none did. */
  readonly signal: number;
}

export interface Terminal {
  readonly pid: number;
  /** Names like `enter` or `ctrl-c`, or single characters. */
  press(...keys: readonly string[]): void;
  type(text: string): void;
  /** Bracketed when the program asked for that, as terminals do. */
  paste(text: string): void;
  resize(columns: number, rows: number): void;
  /** The lines in view, without trailing blanks. */
  screen(): readonly string[];
  cell(x: number, y: number): Cell;
  /** Resolves once the screen shows it; rejects with the screen when it has not within the time, or never will. */
  waitFor(expected: Expected, options?: { readonly timeoutMs?: number }): Promise<void>;
  /** Lets the program run on for this long, for what must not happen. */
  watch(forMs: number): Promise<void>;
  readonly exited: Promise<Exit>;
  readonly altScreen: boolean;
  readonly cursorVisible: boolean;
  readonly title: string;
  /** How often the program erased the whole screen. */
  readonly fullClears: number;
  /** How many lines have left the screen at its top: more than none means that a frame was too tall. */
  readonly scrolledLines: number;
  kill(signal: NodeJS.Signals): void;
  /** Takes the terminal away, as a lost SSH connection does. */
  hangUp(): void;
  /** Ends the program if it still runs. */
  close(): Promise<void>;
}

const keys: Readonly<Record<string, string>> = {
  enter: '\r',
  esc: '\u001b',
  tab: '\t',
  space: ' ',
  backspace: '\u007f',
  delete: '\u001b[3~',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  home: '\u001b[H',
  end: '\u001b[F',
  pageup: '\u001b[5~',
  pagedown: '\u001b[6~',
};

const defaultTimeoutMs = 10_000;

export function openTerminal(
  file: string,
  args: readonly string[],
  { columns, rows, env, cwd }: TerminalOptions,
): Terminal {
  const emulator = createEmulator(columns, rows);
  const waits = createWaits(emulator);
  const size = { cols: columns, rows };
  const program = spawn(file, [...args], {
    ...size,
    cwd,
    env: { ...env },
    name: env.TERM ?? 'xterm-256color',
  });
  program.onData((data) => emulator.write(data));
  emulator.onAnswer((answer) => program.write(answer));

  let hasEnded = false;
  const { promise: exited, resolve: ended } = Promise.withResolvers<Exit>();
  program.onExit(({ exitCode: code, signal = 0 }) => {
    // Once what it wrote last is on the screen.
    emulator.write('', () => {
      hasEnded = true;
      ended({ code, signal });
      waits.end(`code ${code}, signal ${signal}`);
    });
  });

  return {
    pid: program.pid,
    press(...names) {
      for (const name of names) program.write(bytesOf(name));
    },
    type: (text) => program.write(text),
    paste(text) {
      const typed = text.replaceAll(/\r?\n/g, '\r');
      program.write(emulator.bracketsPastes ? `\u001b[200~${typed}\u001b[201~` : typed);
    },
    resize(newColumns, newRows) {
      emulator.resize(newColumns, newRows);
      program.resize(newColumns, newRows);
    },
    screen: emulator.screen,
    cell: emulator.cell,
    waitFor: (expected, { timeoutMs = defaultTimeoutMs } = {}) => waits.waitFor(expected, timeoutMs),
    watch: (forMs) => new Promise((resolve) => setTimeout(resolve, forMs)),
    exited,
    get altScreen() {
      return emulator.altScreen;
    },
    get cursorVisible() {
      return emulator.cursorVisible;
    },
    get title() {
      return emulator.title;
    },
    get fullClears() {
      return emulator.fullClears;
    },
    get scrolledLines() {
      return emulator.scrolledLines;
    },
    kill: (signal) => program.kill(signal),
    hangUp: () => hangUp(program),
    async close() {
      if (!hasEnded) program.kill('SIGKILL');
      await exited;
      emulator.dispose();
    },
  };
}

const bytesOf = (name: string): string => {
  if (/^ctrl-[a-z]$/.test(name)) return String.fromCharCode(name.charCodeAt(5) - 0x60);
  const bytes = keys[name] ?? name;
  if (bytes === name && name.length > 1) throw new Error(`No key is called ${name}; use type() for text`);
  return bytes;
};

/** Its types leave out that it can close the terminal's end without asking the program first. */
function hangUp(program: object): void {
  if (!('destroy' in program) || typeof program.destroy !== 'function')
    throw new Error('This pty cannot hang up');
  program.destroy();
}
