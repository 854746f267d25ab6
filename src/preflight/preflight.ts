/** Whether what the settings point at is there and fit for use. It reads only, and each probe ends in its time. */
import type { Backend, Finding } from '../backend/port.ts';
import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import { interruptible } from '../base/interruptible.ts';
import { createRedactor } from '../base/redact.ts';
import { formatDuration } from '../base/units.ts';
import type { MetricSource } from '../metrics/source.ts';
import type { AdminClient } from '../platform/admin.ts';
import type { PlatformClient } from '../platform/client.ts';
import { lookAtFolder, type NamedFolder } from './folder.ts';
import { type ArchiveObjects, lookAtObjects } from './objects.ts';
import { lookAtAdmin, lookAtMetrics, lookAtServers } from './servers.ts';

/** One row: what was looked at, and what was found. */
export interface Check extends Finding {
  /** Where: a backend, a server, a folder. */
  readonly subject: string;
}

export interface PreflightParts {
  readonly backends: readonly { readonly location: string; open(): Promise<Backend> }[];
  /** undefined without game servers. */
  platform(): Promise<PlatformClient | undefined>;
  /** undefined without a token or servers. */
  admin(): Promise<AdminClient | undefined>;
  /** undefined when nothing is scraped. */
  metrics(): Promise<MetricSource | undefined>;
  readonly folders: readonly NamedFolder[];
  /** undefined when archives go to a folder. */
  readonly objects?: ArchiveObjects | undefined;
  /** What encrypts archives and opens them; undefined when nothing does. */
  readonly keys?: { readonly subject: string; look(): Promise<Finding> } | undefined;
  /** For one probe, from connecting on. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Values that no row may hold. */
  readonly secrets: readonly string[];
}

interface Probe {
  readonly subject: string;
  readonly name: string;
  look(signal: AbortSignal): Promise<readonly Check[]>;
}

/** Rows come in the order of the parts, all probes at once. Never throws for what it looks at. */
export async function preflight(parts: PreflightParts, signal?: AbortSignal): Promise<Check[]> {
  const rows = await Promise.all(probesOf(parts).map((probe) => lookInTime(probe, parts.timeoutMs, signal)));
  signal?.throwIfAborted();
  const redact = createRedactor(parts.secrets);
  return rows.flat().map(({ next, ...row }) => ({
    ...row,
    subject: redact(row.subject),
    found: redact(row.found),
    ...(next === undefined ? {} : { next: redact(next) }),
  }));
}

function probesOf({
  backends,
  platform,
  admin,
  metrics,
  folders,
  objects,
  keys,
  clock,
}: PreflightParts): Probe[] {
  return [
    ...backends.map(({ location, open }) => ({
      subject: location,
      name: 'backend',
      look: (signal: AbortSignal) => lookAtBackend(location, open, clock, signal),
    })),
    {
      subject: 'game servers',
      name: 'health',
      look: async (signal) => lookAtServers(await platform(), signal),
    },
    { subject: 'metrics', name: 'metrics', look: async (signal) => lookAtMetrics(await metrics(), signal) },
    { subject: 'game servers', name: 'admin', look: async (signal) => lookAtAdmin(await admin(), signal) },
    ...folders.map((folder) => ({
      subject: folder.path,
      name: folder.name,
      look: () => lookAtFolder(folder),
    })),
    ...(objects
      ? [
          {
            subject: objects.location,
            name: 'archives',
            look: (signal: AbortSignal) => lookAtObjects(objects, signal),
          },
        ]
      : []),
    ...(keys
      ? [
          {
            subject: keys.subject,
            name: 'encryption',
            look: async () => [{ subject: keys.subject, ...(await keys.look()) }],
          },
        ]
      : []),
  ];
}

async function lookAtBackend(
  subject: string,
  open: () => Promise<Backend>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Check[]> {
  const backend = await open();
  const startMs = clock.now();
  await backend.ping(signal);
  const answered: Check = {
    subject,
    name: 'answers',
    kind: 'ok',
    found: `in ${formatDuration(clock.now() - startMs)}`,
  };
  const findings = await backend.examine(signal).catch((thrown): Finding[] => {
    const { message, next } = asFault(thrown);
    return [
      { name: 'examination', kind: 'unknown', found: message, ...(next === undefined ? {} : { next }) },
    ];
  });
  return [answered, ...findings.map((finding) => ({ subject, ...finding }))];
}

async function lookInTime(
  { subject, name, look }: Probe,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<readonly Check[]> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const ended = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    // A probe that does not heed its signal is left behind.
    return await interruptible(() => look(ended), ended);
  } catch (thrown) {
    const fault = timeout.aborted ? tooSlow(timeoutMs) : asFault(thrown);
    const next = fault.next === undefined ? {} : { next: fault.next };
    return [{ subject, name, kind: timeout.aborted ? 'unknown' : 'problem', found: fault.message, ...next }];
  }
}

const tooSlow = (timeoutMs: number) =>
  new Fault('inconclusive', `no answer in ${formatDuration(timeoutMs)}`, {
    next: 'Check that it runs and that this machine may reach it',
  });
