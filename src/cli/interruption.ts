import { exit } from './exit.ts';

const interruption = new AbortController();

/** The first signal asks the verb to stop and record where it was; the second one does not ask. */
export function interruptOnSignals(): AbortSignal {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interruption.signal.aborted) process.exit(exit.interrupted);
      interruption.abort();
    });
  }
  return interruption.signal;
}
