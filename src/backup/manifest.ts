import * as z from 'zod';
import { canonicalJson, digestOf } from '../base/digest.ts';
import { Fault } from '../base/fault.ts';
import { fitShape } from '../base/shape-words.ts';
import { type Cipher, ciphers } from './archive-file.ts';
import { archivePurposes, type Manifest } from './archive-list.ts';
import { count, filterShape, totalsShape } from './archive-shapes.ts';
import { codecs } from './codec.ts';
import type { ArchiveHeader, ArchiveTotals } from './format.ts';

const manifestSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  archiveId: z.string(),
  environment: z.string(),
  source: z.string(),
  createdBy: z.string(),
  startedAtMs: count,
  endedAtMs: count,
  games: count,
  gamesByLayout: z.object({ current: count, legacy: count }),
  rawBytes: count,
  storedBytes: count,
  codec: z.enum(codecs),
  // Manifests of before there was another do not have it.
  cipher: z.enum(ciphers).default('none'),
  recipients: z.array(z.string()).optional(),
  consistency: z.literal('fuzzy-scan'),
  filter: filterShape,
  ...totalsShape,
  purpose: z.enum(archivePurposes).optional(),
  rootHash: z.string().regex(/^[0-9a-f]{64}$/),
}) satisfies z.ZodType<Manifest>;

interface ArchiveFacts {
  readonly header: ArchiveHeader;
  readonly totals: ArchiveTotals;
  readonly rootHash: Buffer;
  /** On the disk. */
  readonly storedBytes: number;
  /** Of the file as it is; as it was written when left out. */
  readonly cipher?: Cipher;
}

/** All of a manifest is in the archive too, so a lost one can be written anew. */
export function manifestOf(
  name: string,
  { header, totals, rootHash, storedBytes, cipher = header.cipher }: ArchiveFacts,
): Manifest {
  return {
    version: 1,
    name,
    archiveId: header.archiveId,
    environment: header.environment,
    source: header.source,
    createdBy: header.createdBy,
    startedAtMs: header.startedAtMs,
    endedAtMs: totals.endedAtMs,
    games: totals.games,
    gamesByLayout: totals.gamesByLayout,
    rawBytes: totals.rawBytes,
    storedBytes,
    codec: header.codec,
    cipher,
    ...(cipher === 'age' && header.recipients ? { recipients: header.recipients } : {}),
    consistency: header.consistency,
    filter: header.filter,
    leftOut: totals.leftOut,
    gamesByPhase: totals.gamesByPhase,
    unsupported: totals.unsupported,
    meanwhile: totals.meanwhile,
    resumed: totals.resumed,
    ...(header.purpose ? { purpose: header.purpose } : {}),
    rootHash: rootHash.toString('hex'),
  };
}

/** Equal for manifests that say the same of an archive; what its file is called is no part of that. */
export const manifestDigest = ({ name: _, ...said }: Manifest): string => digestOf(said);

/** Where a manifest says anything else than the archive beside it, field by field. */
export function contradictions(said: Manifest, written: ArchiveFacts): string[] {
  const found = manifestOf(said.name, written);
  if (said.rootHash !== found.rootHash) return ['Its manifest belongs to another archive'];
  const [saidTexts, foundTexts] = [fieldTexts(said), fieldTexts(found)];
  return [...new Set([...saidTexts.keys(), ...foundTexts.keys()])]
    .map((field) => ({ field, says: saidTexts.get(field) ?? 'none', has: foundTexts.get(field) ?? 'none' }))
    .filter(({ says, has }) => says !== has)
    .map(({ field, says, has }) => `Its manifest says ${field} ${brief(says)}, the archive ${brief(has)}`);
}

const fieldTexts = (manifest: Manifest) =>
  new Map(
    Object.entries(manifest)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field, canonicalJson(value)]),
  );

const brief = (text: string) => (text.length > 120 ? `${text.slice(0, 119)}…` : text);

const newerSchema = z.object({ version: z.int().gt(1) });

/** @returns a Fault `unsupported` for a manifest of a newer version, `integrity` for what is none */
export function parseManifest(text: string): Manifest | Fault {
  try {
    const data = JSON.parse(text);
    const newer = newerSchema.safeParse(data);
    if (newer.success) return tooNew(newer.data.version);
    const manifest = fitShape(manifestSchema, data);
    return manifest.kind === 'fits' ? manifest.data : unfit(manifest.what);
  } catch (cause) {
    return unfit('it is not JSON', cause);
  }
}

function tooNew(version: number): Fault {
  return new Fault('unsupported', `The manifest is of version ${version}, which needs a newer gamekeeper`, {
    next: 'Look at it with the version that wrote it',
  });
}

function unfit(why: string, cause?: unknown): Fault {
  return new Fault('integrity', `The manifest is damaged: ${why}`, {
    next: mendManifest,
    cause,
  });
}

export const mendManifest =
  'If it is the archive that you mean, move its manifest away and run: gamekeeper backup validate --deep, which writes it anew';
