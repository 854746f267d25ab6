/** The terminal emulator on the other end of a pseudo terminal, and what it knows but does not tell by itself. */
import headless from '@xterm/headless';
import { type Cell, cellOf } from './cell.ts';

export interface Emulator {
  write(data: string, done?: () => void): void;
  resize(columns: number, rows: number): void;
  /** Runs after each write, when the screen shows it. */
  onChange(listener: () => void): void;
  /** Answers to the program's questions, like where the cursor is. */
  onAnswer(listener: (text: string) => void): void;
  /** The lines in view, without trailing blanks. */
  screen(): readonly string[];
  cell(x: number, y: number): Cell;
  /** The screen in a frame, for messages. */
  framed(): string;
  readonly altScreen: boolean;
  readonly cursorVisible: boolean;
  readonly title: string;
  readonly fullClears: number;
  readonly scrolledLines: number;
  readonly bracketsPastes: boolean;
  /** Between the marks of an atomic update, when the screen is half painted. */
  readonly midUpdate: boolean;
  dispose(): void;
}

export function createEmulator(columns: number, rows: number): Emulator {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  const observed = observe(terminal);
  const screen = () => linesOf(terminal);
  const isAlternate = () => terminal.buffer.active.type === 'alternate';
  return {
    write: (data, done) => terminal.write(data, done),
    resize: (newColumns, newRows) => terminal.resize(newColumns, newRows),
    onChange: (listener) => void terminal.onWriteParsed(listener),
    onAnswer: (listener) => void terminal.onData(listener),
    screen,
    cell: (x, y) => cellOf(terminal, x, y),
    framed() {
      const edge = `+${'-'.repeat(terminal.cols)}+`;
      const about = `${terminal.cols}x${terminal.rows}, ${isAlternate() ? 'alternate' : 'normal'} screen`;
      return [`${edge} ${about}`, ...screen().map((line) => `|${line.padEnd(terminal.cols)}|`), edge].join(
        '\n',
      );
    },
    get altScreen() {
      return isAlternate();
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
    get bracketsPastes() {
      return terminal.modes.bracketedPasteMode;
    },
    get midUpdate() {
      return terminal.modes.synchronizedOutputMode;
    },
    dispose: () => terminal.dispose(),
  };
}

function observe(terminal: headless.Terminal) {
  const observed = { cursorVisible: true, title: '', fullClears: 0, scrolledLines: 0 };
  const cursor = (visible: boolean) => (parameters: readonly (number | number[])[]) => {
    if (parameters.includes(25)) observed.cursorVisible = visible;
    return false;
  };
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, cursor(true));
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, cursor(false));
  terminal.parser.registerCsiHandler({ final: 'J' }, (parameters) => {
    if (parameters[0] === 2) observed.fullClears++;
    return false;
  });
  terminal.onScroll(() => {
    observed.scrolledLines++;
  });
  terminal.onTitleChange((title) => {
    observed.title = title;
  });
  return observed;
}

function linesOf(terminal: headless.Terminal): readonly string[] {
  const { active } = terminal.buffer;
  return Array.from(
    { length: terminal.rows },
    (_, y) => active.getLine(active.baseY + y)?.translateToString(true) ?? '',
  );
}
