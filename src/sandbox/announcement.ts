/** `sandbox.json`: where the running sandbox is. Written only by the process that holds the sandbox's lock. */
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { sandboxPaths } from './paths.ts';

const announcementSchema = z.object({
  version: z.literal(1),
  pid: z.number().int().positive(),
  startTime: z.string().optional(),
  /** Of the control server, on loopback. */
  port: z.number().int(),
  /** Who may disturb and hold the sandbox, and ask its game servers' admin API. */
  token: z.string(),
  /** Base URLs of the game servers. */
  servers: z.array(z.url()).readonly(),
});
export type Announcement = Readonly<z.infer<typeof announcementSchema>>;

/** @returns undefined when there is none, or one that nobody can read */
export function readAnnouncement(folder: string): Announcement | undefined {
  try {
    return announcementSchema.parse(JSON.parse(readFileSync(sandboxPaths(folder).announcement, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whole or not at all, and only for the owner's eyes. */
export function announce(folder: string, announcement: Announcement): void {
  const { announcement: path } = sandboxPaths(folder);
  writeFileSync(`${path}.part`, JSON.stringify(announcement), { mode: 0o600 });
  chmodSync(`${path}.part`, 0o600);
  renameSync(`${path}.part`, path);
}

export const withdrawAnnouncement = (folder: string): void =>
  rmSync(sandboxPaths(folder).announcement, { force: true });
