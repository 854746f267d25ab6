import { exit } from './exit.ts';

const interruption = new AbortController();

/** One press or one hang-up may arrive several times: from the terminal, the shell and npm. */
const sameSignalMs = 500;

/**
 * The first signal asks the verb to stop and record where it was. Pressing Ctrl-C again does not ask; a terminal that
 * is gone cannot press, so a hang-up always waits for the record.
 */
export function interruptOnSignals(): AbortSignal {
  let askedAtMs: number | undefined;
  const ask = () => {
    askedAtMs ??= performance.now();
    interruption.abort();
  };
  const insist = () => {
    if (askedAtMs !== undefined && performance.now() - askedAtMs > sameSignalMs)
      process.exit(exit.interrupted);
    ask();
  };
  process.on('SIGHUP', ask);
  process.on('SIGINT', insist);
  process.on('SIGTERM', insist);
  return interruption.signal;
}
