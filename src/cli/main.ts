import { setImmediate } from 'node:timers/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { asFault, Fault } from '../base/fault.ts';
import { asciiLine, safeLine } from '../base/safe-text.ts';
import { compose } from '../compose/compose.ts';
import type { World } from '../compose/world.ts';
import { readConfiguration, settingsIn } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { speaksUtf8 } from '../config/terminal.ts';
import { verbs } from '../verbs.ts';
import { tellConnections } from './connection-words.ts';
import { talkToPerson, talkToScript } from './conversation.ts';
import { exit, exitOfFault } from './exit.ts';
import { interruptOnSignals } from './interruption.ts';
import { createJsonOutput, createTextOutput, type Origin } from './output.ts';
import { configFlags, parseInvocation } from './program.ts';
import type { Progress } from './progress.ts';
import type { Program } from './verb.ts';

/** Runs one verb and ends the process with the exit code of the contract. */
export async function main(argv: readonly string[]): Promise<void> {
  const unwritten = surviveBrokenOutput();
  const code = await runOnce(argv);
  const fault = await unwritten();
  if (fault) process.stderr.write(`gamekeeper: ${fault.message}\n`);
  // Sockets of a half-closed client must not hold a finished verb open.
  process.exit(fault && code === exit.done ? exit.failed : code);
}

const program: Program = {
  verbs,
  parse: (words) => parseInvocation(words, packageJson.version, () => {}),
};

async function runOnce(argv: readonly string[]): Promise<number> {
  const signal = interruptOnSignals();
  const clean = speaksUtf8() ? safeLine : asciiLine;
  // The parser may fail before it knows the verb, or that a document was asked for.
  const wantsJson = argv.includes('--json');
  const outputFor = (verb: string) =>
    wantsJson ? createJsonOutput(verb, process) : createTextOutput(process, clean);
  let output = outputFor('unknown');
  let origin: Origin | undefined;
  let world: World | undefined;
  let progress: Progress | undefined;
  try {
    const invocation = parseInvocation(argv, packageJson.version, (text) => process.stdout.write(text));
    if (!invocation) return 0;
    output = outputFor(invocation.verb.name);
    const { verb, args, options } = invocation;
    const configuration = await readConfiguration(configFlags(options));
    origin = configuration.settings && originOf(configuration.settings);
    const conversation = wantsJson ? talkToScript(output) : talkToPerson(clean, signal);
    progress = conversation.progress;
    // On the console's screen its own panels say it, and the keys are its own.
    const { askSecret } = conversation;
    const tells = verb.name === 'console' ? {} : { listener: tellConnections(conversation.say), askSecret };
    const openWorld = () => {
      world ??= compose({
        settings: settingsIn(configuration),
        readOnly: options.readOnly === true,
        version: packageJson.version,
        ...tells,
      });
      return world;
    };
    const loaded = await verb.load();
    const result =
      'run' in loaded
        ? await loaded.run({
            world: openWorld(),
            args,
            options,
            signal,
            program,
            ...conversation,
          })
        : await loaded.runOnConfiguration({ configuration, openWorld, signal });
    progress.end();
    await output.result(result, origin);
    return result.exit;
  } catch (thrown) {
    const fault = signal.aborted ? interrupted(asFault(thrown)) : asFault(thrown);
    progress?.end();
    const code = exitOfFault[fault.code];
    await output.fault(fault, code, origin);
    return code;
  } finally {
    await world?.close();
  }
}

const originOf = ({ environment, target, profile }: Settings): Origin => ({
  environment,
  simulated: target.kind === 'sandbox',
  ...(profile === undefined ? {} : { profile }),
});

/** Whatever failed on the way out, Ctrl-C is why; what it says may matter all the same. */
function interrupted(fault: Fault): Fault {
  if (fault.code === 'interrupted') return fault;
  return new Fault('interrupted', `Interrupted: ${fault.message}`, {
    cause: fault,
    ...(fault.next ? { next: fault.next } : {}),
  });
}

/**
 * `gamekeeper … | head` closes our stdout, a dropped connection the terminal, a full disk takes no more of it. None may
 * break off a change that is under way: what would have been said is in the journal.
 *
 * @returns what kept the result from being written, unless whoever reads it has gone
 */
function surviveBrokenOutput(): () => Promise<Fault | undefined> {
  let refused: Error | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') refused ??= error;
  });
  process.stderr.on('error', () => {});
  return async () => {
    // The error of the last write comes after the write.
    await setImmediate();
    return refused && new Fault('io-failed', `The result could not be written: ${refused.message}`);
  };
}
