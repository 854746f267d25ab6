/** The process behind the sandbox: lives as long as somebody holds a lease, and leaves nothing behind but its data. */
import { type Lock, tryLock } from '../action/lock.ts';
import type { BreakerSettings } from '../backend/breaker.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { randomHex } from '../base/ids.ts';
import { makeFolder } from '../base/make-folder.ts';
import type { EngineSettings } from '../engine/settings.ts';
import { announce, readAnnouncement, withdrawAnnouncement } from './announcement.ts';
import { controlRoutes } from './control-routes.ts';
import { openFaultFile } from './faults.ts';
import { type Retire, startFleet } from './fleet.ts';
import { createLease } from './lease.ts';
import { sandboxPaths } from './paths.ts';
import { identityOf, isRunning } from './process-identity.ts';
import { createRouter, listenOnLoopback, stopServer } from './router.ts';

export interface SandboxOptions {
  readonly folder: string;
  readonly clock?: Clock;
  /** Of the simulated players; the time when left out. */
  readonly seed?: number;
  readonly breaker?: BreakerSettings;
  /** What of the engine is not as the sandbox has it by itself. */
  readonly engineSettings?: Partial<EngineSettings>;
  readonly firstLeaseMs?: number;
  readonly graceMs?: number;
  /** Takes finished games out of storage, which would grow for ever. */
  readonly retire?: Retire;
}

/** A predecessor that is ending needs as long at most. */
const lockWaitMs = 5000;
const closeWithinMs = 1800;

/** Resolves when the sandbox has ended (soon, when another one runs in this folder), just before its process does. */
export async function runSandbox(options: SandboxOptions): Promise<void> {
  const { folder, clock = systemClock } = options;
  makeFolder(folder, 0o700);
  const lock = await waitForLock(folder, clock);
  if (!lock) return;
  try {
    await serve({ ...options, clock });
  } finally {
    await lock.release();
    exitSoon();
  }
}

/** A call that storage does not answer would keep the process; without one it is gone before. */
function exitSoon(): void {
  setTimeout(() => process.exit(), 100).unref();
}

async function serve({
  folder,
  clock,
  firstLeaseMs = 10_000,
  graceMs = 2000,
  ...options
}: SandboxOptions & { clock: Clock }) {
  const faults = openFaultFile(sandboxPaths(folder).faults);
  // A fault that outlived its run would meet somebody who never asked for it.
  faults.clear();
  const token = randomHex(16);
  const fleet = await startFleet({ folder, clock, seed: clock.now(), adminToken: token, ...options });
  const lease = createLease({ clock, firstMs: firstLeaseMs, graceMs });
  const control = createRouter(controlRoutes({ token, faults, lease }));
  const port = await listenOnLoopback(control);
  announce(folder, { version: 1, ...identityOf(process.pid), port, token, servers: fleet.servers });

  await Promise.race([lease.ended, terminated()]);
  withdrawAnnouncement(folder);
  await stopServer(control);
  await fleet.close(AbortSignal.timeout(closeWithinMs));
}

async function waitForLock(folder: string, clock: Clock): Promise<Lock | undefined> {
  const deadlineMs = clock.now() + lockWaitMs;
  for (;;) {
    const lock = await tryLock(sandboxPaths(folder).lock);
    if (lock || anotherServes(folder) || clock.now() >= deadlineMs) return lock;
    await clock.sleep(50);
  }
}

/** False while the one that holds the lock is starting or ending. */
function anotherServes(folder: string): boolean {
  const announcement = readAnnouncement(folder);
  return announcement !== undefined && isRunning(announcement);
}

function terminated(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
