import * as z from 'zod';
import type { Clock } from '../base/clock.ts';
import type { Disk } from './disk.ts';
import { createLog, type LogLine } from './log.ts';
import { readLog, type Verification, verifyLog } from './log-reader.ts';

const identitySchema = z.object({
  user: z.string(),
  host: z.string(),
  sshOrigin: z.string().exactOptional(),
});
const aboutSchema = z.object({
  run: z.string(),
  plan: z.string(),
  planDigest: z.string(),
  action: z.string(),
  title: z.string(),
  actor: identitySchema,
  environment: z.string(),
  simulated: z.boolean(),
  /** Actions with this key excluded one another while it ran. */
  lockKey: z.string(),
});
/** What both lines of a run say. */
export type RunAbout = Readonly<z.infer<typeof aboutSchema>>;

const entrySchema = z.discriminatedUnion('event', [
  aboutSchema.extend({ event: z.literal('run-started'), atMs: z.number(), hash: z.string() }),
  aboutSchema.extend({
    event: z.literal('run-ended'),
    atMs: z.number(),
    hash: z.string(),
    outcome: z.enum(['done', 'partial', 'failed', 'inconclusive', 'interrupted']),
  }),
]);
export type AuditEntry = Readonly<z.infer<typeof entrySchema>>;
type Outcome = Extract<AuditEntry, { event: 'run-ended' }>['outcome'];

/** Who did what to which environment, and how it ended. */
export interface Audit {
  /** @returns the log's new head */
  started(about: RunAbout): Promise<string>;
  ended(about: RunAbout, outcome: Outcome): Promise<string>;
  /** Hash of the last line; undefined for an empty log. Note it elsewhere: it is what proves a cut tail. */
  head(): Promise<string | undefined>;
  /** The newest `limit` entries, oldest of them first. */
  read(limit?: number): Promise<readonly AuditEntry[]>;
  /** Holds the log against its chain, the head given, and the heads that the reports of runs have noted. */
  verify(knownHead?: string): Promise<Verification>;
}

interface AuditOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly disk?: Disk;
  /** Heads noted elsewhere: a log that was cut or erased lacks their lines. */
  readonly notedHeads: () => Promise<readonly string[]>;
}

export function createAudit(options: AuditOptions): Audit {
  const log = createLog(options);
  return {
    started: (about) => log.append('run-started', about),
    ended: (about, outcome) => log.append('run-ended', { ...about, outcome }),
    head: () => log.head(),
    read: (limit = Number.POSITIVE_INFINITY) => newest(options.path, limit),
    async verify(knownHead) {
      const noted = await options.notedHeads();
      return verifyLog(options.path, knownHead === undefined ? noted : [knownHead, ...noted]);
    },
  };
}

async function newest(path: string, limit: number): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const line of readLog(path)) {
    const entry = readEntry(line);
    if (!entry) continue;
    entries.push(entry);
    if (entries.length > limit) entries.shift();
  }
  return entries;
}

/** Lines of other events (`torn`, or from a newer version) are no entries. */
function readEntry(line: LogLine): AuditEntry | undefined {
  const parsed = entrySchema.safeParse(line);
  return parsed.success ? parsed.data : undefined;
}
