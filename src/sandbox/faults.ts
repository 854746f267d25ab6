/**
 * Disturbances of the sandbox's storage. They lie in a file in its folder and act in every process that opens the
 * sandbox's games through `withStorageFaults`, so the console meets the same trouble as the game servers.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { type Intercepted, intercept } from '../backend/intercept.ts';
import type { Backend } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';

export const storageFaultSchema = z.discriminatedUnion('fault', [
  /** A share of the operations fails. */
  z.strictObject({ fault: z.literal('storage-errors'), share: z.number().gt(0).max(1).default(0.3) }),
  /** Every operation takes so much longer. */
  z.strictObject({
    fault: z.literal('slow-storage'),
    delayMs: z.number().int().min(1).max(60_000).default(400),
  }),
  /** Every operation fails. */
  z.strictObject({ fault: z.literal('outage') }),
]);
export type StorageFault = Readonly<z.output<typeof storageFaultSchema>>;
/** As asked for: what is left out has a default. */
export type StorageFaultRequest = Readonly<z.input<typeof storageFaultSchema>>;

export interface FaultFile {
  /** At most one of each kind. @throws Fault `config-invalid` for a file that was edited by hand, and badly */
  read(): readonly StorageFault[];
  /** Takes the place of an earlier one of its kind. */
  set(fault: StorageFault): void;
  clear(): void;
}

const fileSchema = z.object({ faults: z.array(storageFaultSchema) });

export function openFaultFile(path: string): FaultFile {
  const write = (faults: readonly StorageFault[]) => {
    writeFileSync(`${path}.part`, JSON.stringify({ faults }));
    renameSync(`${path}.part`, path);
  };
  const read = (): readonly StorageFault[] => {
    try {
      return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).faults;
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
      throw new Fault('config-invalid', `${path} does not hold faults`, { next: 'Delete this file', cause });
    }
  };
  return {
    read,
    set: (fault) => write([...read().filter((other) => other.fault !== fault.fault), fault]),
    clear: () => rmSync(path, { force: true }),
  };
}

/** Long enough to cost nothing, short enough that a fault is felt at once. */
const rereadAfterMs = 200;

interface DisturbanceOptions {
  readonly file: FaultFile;
  readonly clock: Clock;
  /** 0 up to 1 */
  readonly random: () => number;
  /** Ends all delays, for a process that has to end. */
  readonly ended?: AbortSignal;
}

/** The same backend, slowed and failing as the file says. */
export function withStorageFaults<B extends Backend>(
  backend: B,
  options: DisturbanceOptions,
): Intercepted<B> {
  const disturb = createDisturbance(options);
  return intercept(backend, async ({ signal }, next) => {
    await disturb(signal);
    return next();
  });
}

function createDisturbance({
  file,
  clock,
  random,
  ended,
}: DisturbanceOptions): (signal?: AbortSignal) => Promise<void> {
  let faults: readonly StorageFault[] = [];
  let readAtMs = Number.NEGATIVE_INFINITY;

  return async (signal) => {
    if (clock.now() - readAtMs >= rereadAfterMs) {
      faults = file.read();
      readAtMs = clock.now();
    }
    for (const fault of faults) {
      if (fault.fault === 'slow-storage') await delay(clock, fault.delayMs, [signal, ended]);
      if (fault.fault === 'outage') throw injected('backend-unreachable', 'The storage does not answer');
      if (fault.fault === 'storage-errors' && random() < fault.share) {
        throw injected('backend-failed', 'The storage failed');
      }
    }
  };
}

async function delay(clock: Clock, ms: number, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const any = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  await clock.sleep(ms, any).catch((thrown) => {
    throw asFault(thrown);
  });
}

function injected(code: 'backend-unreachable' | 'backend-failed', message: string): Fault {
  return new Fault(code, `${message} (a fault of the sandbox)`, {
    next: 'End it: gamekeeper sandbox --fault none',
    retryable: true,
  });
}
