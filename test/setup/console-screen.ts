/**
 * The console in this process, on a terminal that a test holds: keys go in as bytes, what comes out is looked at as
 * cells of an emulator.
 */
import nodeConsole from 'node:console';
import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { vi } from 'vitest';
import { type ConsoleOptions, runConsole } from '../../views/console.tsx';
import type { ConsolePorts } from '../../views/ports.ts';
import { createEmulator } from './emulator.ts';

interface ScreenOptions extends Partial<Pick<ConsoleOptions, 'screen' | 'color' | 'ascii'>> {
  readonly columns?: number;
  readonly rows?: number;
}

export interface ConsoleScreen {
  /** The lines in view, without trailing blanks. */
  lines(): readonly string[];
  text(): string;
  /** Bytes as a keyboard sends them, in one piece. */
  send(bytes: string): void;
  /** Resolves once the screen shows it; rejects with the screen when it does not. */
  shows(expected: string | RegExp): Promise<void>;
  /** Resolves once the screen does not show it any more. */
  hides(unwanted: string): Promise<void>;
  resize(columns: number, rows: number): void;
  /** Settles as runConsole does. */
  readonly ended: Promise<void>;
  readonly signals: EventEmitter;
  readonly alternate: boolean;
  readonly title: string;
  /** The most lines that were ever written in one piece. */
  readonly tallest: number;
  readonly scrolled: number;
  close(): void;
}

// Ink patches the console through this; the test runner's own console lacks it.
Object.assign(console, { Console: nodeConsole.Console });

const patienceMs = 8_000;
// A screen under load may take a while; each wait ends before its test does, so that the screen is in the message.
vi.setConfig({ testTimeout: 3 * patienceMs });

export function openConsole(ports: ConsolePorts, options: ScreenOptions = {}): ConsoleScreen {
  const { columns = 80, rows = 24, color = true, ascii = false, screen } = options;
  const emulator = createEmulator(columns, rows);
  const changed = new EventEmitter();
  emulator.onChange(() => changed.emit('change'));
  let tallest = 0;
  const stdout = Object.assign(
    new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        tallest = Math.max(tallest, String(chunk).split('\n').length);
        // A terminal's driver turns line feeds into new lines.
        emulator.write(String(chunk).replaceAll('\n', '\r\n'), done);
      },
    }),
    { isTTY: true, columns, rows },
  );
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  });
  const signals = new EventEmitter();
  const ended = runConsole(ports, {
    // They stand in for a terminal in all that the console and Ink use of one.
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    color,
    ascii,
    signals,
    ...(screen ? { screen } : {}),
  });
  // A test that expects a rejection awaits it; one that does not must not crash before it asserts.
  let failure: unknown;
  ended.catch((thrown) => {
    failure = thrown;
  });

  const text = () => emulator.screen().join('\n');
  const until = (holds: () => boolean, what: string) =>
    new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => {
        changed.off('change', check);
        clearTimeout(timer);
        settle();
      };
      const check = () => holds() && end(resolve);
      changed.on('change', check);
      const timer = setTimeout(
        () => end(() => reject(new Error(`Never ${what}:\n${text()}`, { cause: failure }))),
        patienceMs,
      );
      check();
    });

  return {
    lines: emulator.screen,
    text,
    ended,
    signals,
    send: (bytes) => stdin.write(bytes),
    shows: (expected) =>
      until(
        () => (typeof expected === 'string' ? text().includes(expected) : expected.test(text())),
        `showed ${expected}`,
      ),
    hides: (unwanted) => until(() => !text().includes(unwanted), `hid ${unwanted}`),
    resize(newColumns, newRows) {
      emulator.resize(newColumns, newRows);
      Object.assign(stdout, { columns: newColumns, rows: newRows });
      tallest = 0;
      stdout.emit('resize');
    },
    get alternate() {
      return emulator.altScreen;
    },
    get title() {
      return emulator.title;
    },
    get tallest() {
      return tallest;
    },
    get scrolled() {
      return emulator.scrolledLines;
    },
    // A run that a test holds would keep the console waiting, so its end is not waited for.
    close() {
      signals.emit('SIGTERM', 'SIGTERM');
      emulator.dispose();
    },
  };
}
