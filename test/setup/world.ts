/**
 * The bundled program in a world of its own: empty folders for everything that it keeps, none of the developer's
 * variables, and at the end no process may be left that was started from it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type FoundProcess, processesLeft, processesNaming } from './processes.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

type Env = Readonly<Record<string, string>>;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** How a program without a terminal ended, and what it said. */
export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly env?: Env;
  /** What it reads from its standard input. */
  readonly input?: string;
}

export interface TestWorld {
  readonly folder: string;
  /** What every program in it gets. */
  readonly env: Env;
  /** Where it keeps archives, plans, the audit log and the sandbox. */
  readonly backups: string;
  readonly state: string;
  /** The program in a terminal; it ends with the world. */
  open(size: Size, args?: readonly string[], env?: Env): Terminal;
  /** A line of bash in a terminal. */
  openShell(size: Size, line: string): Terminal;
  /** The program without a terminal, to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** A line of bash in which `gamekeeper` is the program. */
  shell(line: string, options?: RunOptions): Promise<Ran>;
  /** What runs in this world. */
  processes(): Promise<readonly FoundProcess[]>;
  close(): Promise<void>;
}

/** The sandbox ends two seconds after the last console let go of it. */
const processesEndWithinMs = 8_000;

export async function createWorld(): Promise<TestWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-world-'));
  const env = environmentIn(folder);
  await Promise.all(
    [env.HOME, env.TMPDIR, env.STATE_BACKUP_LOCATION].map((path) => mkdir(path, { recursive: true })),
  );
  const terminals: Terminal[] = [];
  const open = (size: Size, file: string, args: readonly string[], more: Env) => {
    const terminal = openTerminal(file, args, { ...size, cwd: folder, env: { ...env, ...more } });
    terminals.push(terminal);
    return terminal;
  };
  const run = async (
    file: string,
    args: readonly string[],
    { env: more = {}, input = '' }: RunOptions = {},
  ) => {
    const child = spawn(file, args, { env: { ...env, ...more }, cwd: folder, stdio: 'pipe' });
    // It may end without reading.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [stdout, stderr, [exit]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { exit, stdout, stderr };
  };
  return {
    folder,
    env,
    backups: env.STATE_BACKUP_LOCATION,
    state: env.GAMEKEEPER_STATE_DIR,
    open: (size, args = [], more = {}) => open(size, process.execPath, [program, ...args], more),
    openShell: (size, line) => open(size, '/bin/bash', ['-c', withGamekeeper(line)], {}),
    run: (args, options) => run(process.execPath, [program, ...args], options),
    shell: (line, options) => run('/bin/bash', ['-c', withGamekeeper(line)], options),
    processes: () => processesNaming(folder),
    async close() {
      await Promise.all(terminals.map((terminal) => terminal.close()));
      const left = await processesLeft(folder, processesEndWithinMs);
      for (const { pid } of left) kill(pid);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      if (left.length > 0) throw new Error(`Processes were left behind: ${JSON.stringify(left)}`);
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

const withGamekeeper = (line: string) => `gamekeeper() { ${process.execPath} ${program} "$@"; }; ${line}`;

function environmentIn(folder: string) {
  return {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: join(folder, 'home'),
    USER: 'tester',
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TMPDIR: join(folder, 'tmp'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
    GAMEKEEPER_STATE_DIR: join(folder, 'gamekeeper'),
    STATE_BACKUP_LOCATION: join(folder, 'backups'),
    // Compiled code is the same in every world.
    NODE_COMPILE_CACHE: join(tmpdir(), 'gamekeeper-compile-cache'),
  };
}
