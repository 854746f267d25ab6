import { createInterface } from 'node:readline/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { asFault, Fault } from '../base/fault.ts';
import { safeLine, safeText } from '../base/safe-text.ts';
import { compose, type World } from '../compose.ts';
import { loadSettings } from '../config/load.ts';
import { exitOfFault } from './exit.ts';
import { createJsonOutput, createTextOutput, type Origin, type Output } from './output.ts';
import { type Invocation, parseInvocation } from './program.ts';
import { createJsonProgress, createTextProgress, type Progress } from './progress.ts';
import type { VerbCall } from './verb.ts';

/** Runs one verb and ends the process with the exit code of the contract. */
export async function main(argv: readonly string[]): Promise<void> {
  surviveClosedPipes();
  const exit = await runOnce(argv);
  // Sockets of a half-closed client must not hold a finished verb open.
  process.exit(exit);
}

async function runOnce(argv: readonly string[]): Promise<number> {
  // The parser may fail before it knows that a document was asked for.
  const wantsJson = argv.includes('--json');
  let output = createOutput(
    wantsJson,
    argv
      .filter((word) => !word.startsWith('-'))
      .slice(0, 2)
      .join(' '),
  );
  let origin: Origin | undefined;
  let world: World | undefined;
  try {
    const invocation = parseInvocation(argv, packageJson.version, (text) => process.stdout.write(text));
    if (!invocation) return 0;
    output = createOutput(wantsJson, invocation.verb.name);
    const settings = await loadSettings(
      typeof invocation.options.profile === 'string' ? { profile: invocation.options.profile } : {},
    );
    world = compose({
      settings,
      readOnly: invocation.options.readOnly === true,
      version: packageJson.version,
    });
    origin = { environment: world.environment, simulated: world.simulated };
    const { run } = await invocation.verb.load();
    const result = await run(callOf(invocation, world, wantsJson, output));
    await output.result(result, origin);
    return result.exit;
  } catch (thrown) {
    const fault = interruption.signal.aborted
      ? new Fault('interrupted', 'Interrupted', { cause: thrown })
      : asFault(thrown);
    const exit = exitOfFault[fault.code];
    await output.fault(fault, exit, origin);
    return exit;
  } finally {
    await world?.close();
  }
}

function createOutput(json: boolean, verb: string): Output {
  return json ? createJsonOutput(verb || 'console', process) : createTextOutput(process);
}

const interruption = new AbortController();

function callOf({ args, options }: Invocation, world: World, json: boolean, output: Output): VerbCall {
  interruptOnSignals();
  return {
    world,
    args,
    options,
    progress: createProgress(json, output),
    say: json ? () => {} : sayOnTerminal,
    ask: json ? undefined : askOnTerminal(),
    signal: interruption.signal,
  };
}

function sayOnTerminal(lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${safeLine(line)}\n`).join(''));
}

function createProgress(json: boolean, output: Output): Progress {
  return json
    ? createJsonProgress(output)
    : createTextProgress(process.stderr, process.stderr.isTTY === true);
}

/** The first signal asks the verb to stop and record where it was; the second one does not ask. */
function interruptOnSignals(): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interruption.signal.aborted) process.exit(exitOfFault.interrupted);
      interruption.abort();
    });
  }
}

function askOnTerminal(): VerbCall['ask'] {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(safeText(question), { signal: interruption.signal });
    } finally {
      lines.close();
    }
  };
}

/** `gamekeeper … | head` closes our stdout; that is no error of ours. */
function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
}
