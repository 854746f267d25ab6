/** How large an archive may become: by the limit that is set, and by the disk it is written to. */
import { Fault } from '../base/fault.ts';
import { formatBytes } from '../base/units.ts';
import type { WritableFile } from './files.ts';

/** What a disk has. */
export interface Space {
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

export interface Room {
  readonly maxBytes: number | undefined;
  /** undefined where the place does not tell, like object storage. */
  readonly space: Space | undefined;
}

export interface Bounds {
  readonly location: string;
  readonly maxBytes: number | undefined;
  /** As it is now. */
  space(): Promise<Space | undefined>;
}

const mib = 1024 ** 2;

/** Others write to the disk too: so much of it stays free. */
const keptFreeBytes = ({ sizeBytes }: Space) => Math.min(64 * mib, sizeBytes / 20);

/** How much more can be written. */
const writableBytes = (space: Space): number => Math.max(0, space.freeBytes - keptFreeBytes(space));

/** The disk is asked once for so many bytes written, or as many as it had left to write the last time. */
const lookEveryBytes = 16 * mib;

/** Refuses the write that would go over a bound, before it is made. */
export function boundedFile(file: WritableFile, bounds: Bounds): WritableFile {
  let writtenBytes = 0;
  let lookAtBytes = 0;
  return {
    async write(bytes) {
      const afterBytes = writtenBytes + bytes.length;
      const { location, maxBytes } = bounds;
      if (maxBytes !== undefined && afterBytes > maxBytes) throw tooLarge(maxBytes);
      if (afterBytes > lookAtBytes) {
        const space = await bounds.space();
        const leftBytes = space ? writableBytes(space) : Number.POSITIVE_INFINITY;
        if (space && bytes.length > leftBytes) throw almostFull(location, space);
        lookAtBytes = writtenBytes + Math.min(lookEveryBytes, leftBytes);
      }
      await file.write(bytes);
      writtenBytes = afterBytes;
    },
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

interface Expected {
  readonly name: string;
  /** undefined where nothing tells. */
  readonly bytes: number | undefined;
}

/** What a plan says about a size that is only estimated. */
export function roomWarnings(
  location: string,
  { maxBytes, space }: Room,
  { name, bytes: expectedBytes }: Expected,
): string[] {
  const tooMuch = (bytes: number) => expectedBytes !== undefined && expectedBytes > bytes;
  return [
    maxBytes !== undefined && tooMuch(maxBytes)
      ? `Archive ${name} is likely to become larger than MAX_BACKUP_SIZE_GB, ${formatBytes(maxBytes)}, and will stop there`
      : '',
    space && (writableBytes(space) === 0 || tooMuch(writableBytes(space)))
      ? `Archive ${name} is likely not to fit: ${location} has ${formatBytes(space.freeBytes)} free, and ${formatBytes(keptFreeBytes(space))} stay free for others`
      : '',
  ].filter(Boolean);
}

/** What it could not find out. */
export const roomUnverified = (location: string, { space }: Room): string[] =>
  space ? [] : [`Whether ${location} has room for it`];

function tooLarge(maxBytes: number): Fault {
  return new Fault('refused', `The archive would become larger than ${formatBytes(maxBytes)}`, {
    next: 'Set MAX_BACKUP_SIZE_GB higher, retire finished games, or back up a part of them with --where',
  });
}

function almostFull(location: string, space: Space): Fault {
  const kept = formatBytes(keptFreeBytes(space));
  return new Fault(
    'io-failed',
    `${location} has only ${formatBytes(space.freeBytes)} free, and ${kept} of its disk stay free for others`,
    {
      next: 'Free space there, like with gamekeeper backup prune, or choose another backup location',
    },
  );
}
