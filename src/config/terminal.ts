/** What the terminal can show, from the environment and the streams. */
export interface Terminal {
  /** Why the full-screen console cannot run, for people; undefined when it can. */
  readonly obstacle: string | undefined;
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
  return {
    obstacle: obstacleTo(stdinIsTty, stdoutIsTty, env.TERM),
    color: stdoutIsTty && !env.NO_COLOR && env.TERM !== 'dumb',
    ascii: !speaksUtf8(env),
  };
}

function obstacleTo(stdinIsTty: boolean, stdoutIsTty: boolean, term: string | undefined): string | undefined {
  if (!stdinIsTty) return 'standard input is not a terminal';
  if (!stdoutIsTty) return 'standard output is not a terminal';
  if (!term || term === 'dumb') return `TERM=${term ?? ''} cannot move the cursor`;
  return undefined;
}

/** The command that opens a text for a person; undefined when none is chosen. Every program asks in this order. */
export function editorCommand(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  return env.VISUAL?.trim() || env.EDITOR?.trim() || undefined;
}

/** POSIX order; with nothing set, terminals of today are UTF-8. */
export function speaksUtf8(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return !locale || /utf-?8/i.test(locale);
}
