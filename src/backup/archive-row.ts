import { asFault, Fault } from '../base/fault.ts';
import type { ArchiveRow, Manifest } from './archive-list.ts';
import type { ArchiveRef } from './archive-names.ts';
import type { FileStat } from './files.ts';
import { manifestDigest, parseManifest } from './manifest.ts';
import type { Shelf } from './shelf.ts';
import { parseMark, type VerifiedMark } from './verified.ts';

interface DatedRow {
  readonly row: ArchiveRow;
  /** For sorting: when the archive was begun, as well as it can be told. */
  readonly atMs: number;
}

/** What the listing says about one archive, from its manifest, its size and its mark; it is not opened. */
export async function readRow(shelf: Shelf, ref: ArchiveRef): Promise<DatedRow> {
  try {
    const stat = await shelf.stat(ref.path);
    const read = await readManifest(shelf, ref, stat);
    const found = parseMark(await shelf.readText(ref.verifiedPath));
    const mark = found?.mtimeMs === stat?.mtimeMs ? found : undefined;
    const manifest = read instanceof Fault ? read : (doubtOf(ref.name, read, mark) ?? read);
    const isKnown = !(manifest instanceof Fault);
    return {
      row: {
        name: ref.name,
        path: ref.path,
        manifest,
        verifiedAtMs: isKnown ? mark?.atMs : undefined,
        ...(mark?.verdict === 'failed' ? { failedAtMs: mark.atMs } : {}),
      },
      atMs: isKnown ? manifest.startedAtMs : (stat?.mtimeMs ?? 0),
    };
  } catch (thrown) {
    const manifest = asFault(thrown, 'io-failed');
    return { row: { name: ref.name, path: ref.path, manifest, verifiedAtMs: undefined }, atMs: 0 };
  }
}

/** Why a manifest is not believed; undefined when it passed with its archive, or nobody has looked yet. */
function doubtOf(name: string, manifest: Manifest, mark: VerifiedMark | undefined): Fault | undefined {
  if (mark === undefined) return undefined;
  if (mark.verdict === 'passed' && mark.manifest === manifestDigest(manifest)) return undefined;
  const what =
    mark.verdict === 'failed'
      ? 'Its last validation failed'
      : 'Its manifest is not the one that was validated';
  return new Fault('integrity', what, {
    next: `Run: gamekeeper backup validate ${name}, which tells what is wrong; once a wrong manifest is moved away, --deep writes it anew`,
  });
}

/** What it says, proven by nothing but its size. Fault `not-found` without an archive or a manifest, else `integrity`. */
export async function readManifest(
  shelf: Shelf,
  { name, manifestPath }: ArchiveRef,
  stat: FileStat | undefined,
): Promise<Manifest | Fault> {
  if (!stat) {
    return new Fault('not-found', 'Only the manifest is there, the archive is gone', {
      next: 'Look for the archive where the folder is copied to',
    });
  }
  const text = await shelf.readText(manifestPath);
  if (text === undefined) {
    return new Fault('not-found', 'The manifest is missing: publishing was cut off, or it was deleted', {
      next: `Run: gamekeeper backup validate --deep ${name}, which writes it anew when the archive is whole`,
    });
  }
  const manifest = parseManifest(text);
  if (manifest instanceof Fault || manifest.storedBytes === stat.sizeBytes) return manifest;
  return new Fault('integrity', `It has ${stat.sizeBytes} bytes, its manifest says ${manifest.storedBytes}`, {
    next: 'Use another archive; keep this one for examination',
  });
}
