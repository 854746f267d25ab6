/**
 * A program in a real pseudo terminal, with an emulator on the other end: tests press keys and look at cells, as a
 * person does, and never at bytes.
 */
import { spawn } from '@lydell/node-pty';
import headless from '@xterm/headless';
import { type Cell, cellOf } from './cell.ts';

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

/** A text or pattern that a line shows, or anything about the screen. */
export type Expected = string | RegExp | ((lines: readonly string[]) => boolean);

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
  const emulator = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 });
  const observed = observe(emulator);
  const program = spawn(file, [...args], {
    cols: columns,
    rows,
    cwd,
    env: { ...env },
    name: env.TERM ?? 'xterm-256color',
  });
  program.onData((data) => emulator.write(data));
  // Answers to the program's questions, like where the cursor is.
  emulator.onData((answer) => program.write(answer));

  const screen = () => linesOf(emulator);
  const waiting = new Set<() => void>();
  const recheck = () => {
    for (const check of waiting) check();
  };
  emulator.onWriteParsed(recheck);

  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    program.onExit(({ exitCode, signal = 0 }) => {
      // Once what it wrote last is on the screen.
      emulator.write('', () => {
        exit = { code: exitCode, signal };
        resolve(exit);
        recheck();
      });
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
      program.write(emulator.modes.bracketedPasteMode ? `\u001b[200~${typed}\u001b[201~` : typed);
    },
    resize(newColumns, newRows) {
      emulator.resize(newColumns, newRows);
      program.resize(newColumns, newRows);
    },
    screen,
    cell: (x, y) => cellOf(emulator, x, y),
    waitFor(expected, { timeoutMs = defaultTimeoutMs } = {}) {
      return new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          waiting.delete(check);
          clearTimeout(timer);
          settle();
        };
        const fail = (why: string) => end(() => reject(new Error(`${why}\n${framed(emulator)}`)));
        const check = () => {
          // Between the marks of an atomic update the screen is half painted.
          if (!emulator.modes.synchronizedOutputMode && holds(expected, screen())) end(resolve);
          else if (exit)
            fail(`The program ended (code ${exit.code}, signal ${exit.signal}) before ${wordsFor(expected)}`);
        };
        const timer = setTimeout(
          () => fail(`Within ${timeoutMs} ms the screen never showed ${wordsFor(expected)}`),
          timeoutMs,
        );
        waiting.add(check);
        check();
      });
    },
    watch: (forMs) => new Promise((resolve) => setTimeout(resolve, forMs)),
    exited,
    get altScreen() {
      return emulator.buffer.active.type === 'alternate';
    },
    get cursorVisible() {
      return observed.cursorVisible;
    },
    get title() {
      return observed.title;
    },
    get fullClears() {
      return observed.fullClears;
    },
    get scrolledLines() {
      return observed.scrolledLines;
    },
    kill: (signal) => program.kill(signal),
    hangUp: () => hangUp(program),
    async close() {
      if (!exit) program.kill('SIGKILL');
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

/** What the emulator knows but does not tell. */
function observe(emulator: headless.Terminal) {
  const observed = { cursorVisible: true, title: '', fullClears: 0, scrolledLines: 0 };
  const cursor = (visible: boolean) => (parameters: readonly (number | number[])[]) => {
    if (parameters.includes(25)) observed.cursorVisible = visible;
    return false;
  };
  emulator.parser.registerCsiHandler({ prefix: '?', final: 'h' }, cursor(true));
  emulator.parser.registerCsiHandler({ prefix: '?', final: 'l' }, cursor(false));
  emulator.parser.registerCsiHandler({ final: 'J' }, (parameters) => {
    if (parameters[0] === 2) observed.fullClears++;
    return false;
  });
  emulator.onScroll(() => {
    observed.scrolledLines++;
  });
  emulator.onTitleChange((title) => {
    observed.title = title;
  });
  return observed;
}

function linesOf(emulator: headless.Terminal): readonly string[] {
  const { active } = emulator.buffer;
  return Array.from(
    { length: emulator.rows },
    (_, y) => active.getLine(active.baseY + y)?.translateToString(true) ?? '',
  );
}

function holds(expected: Expected, lines: readonly string[]): boolean {
  if (typeof expected === 'function') return expected(lines);
  return lines.some((line) => (typeof expected === 'string' ? line.includes(expected) : expected.test(line)));
}

const wordsFor = (expected: Expected): string =>
  typeof expected === 'string' ? `"${expected}"` : expected.toString();

function framed(emulator: headless.Terminal): string {
  const edge = '-'.repeat(emulator.cols);
  const lines = linesOf(emulator).map((line) => `|${line.padEnd(emulator.cols)}|`);
  return [
    `+${edge}+ ${emulator.cols}x${emulator.rows}, ${emulator.buffer.active.type} screen`,
    ...lines,
    `+${edge}+`,
  ].join('\n');
}

/** Its types leave out that it can close the terminal's end without asking the program first. */
function hangUp(program: object): void {
  if (!('destroy' in program) || typeof program.destroy !== 'function')
    throw new Error('This pty cannot hang up');
  program.destroy();
}
