/** What the terminal can show, from the environment and the streams. */
export interface Terminal {
  /** The full-screen console can run: a TTY on both sides that understands cursor movement. */
  readonly fullScreen: boolean;
  /** Why not, for people; undefined when it can. */
  readonly why: string | undefined;
  readonly color: boolean;
  /** Only ASCII can be shown. */
  readonly ascii: boolean;
}

interface Streams {
  readonly stdinIsTty: boolean;
  readonly stdoutIsTty: boolean;
}

export function readTerminal(
  { stdinIsTty, stdoutIsTty }: Streams,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Terminal {
  const why = obstacle(stdinIsTty, stdoutIsTty, env.TERM);
  return {
    fullScreen: why === undefined,
    why,
    color: stdoutIsTty && !env.NO_COLOR && env.TERM !== 'dumb',
    ascii: !speaksUtf8(env),
  };
}

function obstacle(stdinIsTty: boolean, stdoutIsTty: boolean, term: string | undefined): string | undefined {
  if (!stdinIsTty) return 'standard input is not a terminal';
  if (!stdoutIsTty) return 'standard output is not a terminal';
  if (!term || term === 'dumb') return `TERM=${term ?? ''} cannot move the cursor`;
  return undefined;
}

/** POSIX order; with nothing set, terminals of today are UTF-8. */
export function speaksUtf8(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return !locale || /utf-?8/i.test(locale);
}
