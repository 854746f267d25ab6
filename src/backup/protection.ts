/** What an archive protects: one rule for the gauge, `status`, the metrics and what `backup prune` keeps. */
import type { ArchiveRow, Manifest } from './archive-list.ts';

/** One archive as its manifest and its mark tell it. */
export interface KeptArchive {
  readonly name: string;
  /** When the last game of it was read. */
  readonly endedAtMs: number;
  /** A validation passed over these very bytes. */
  readonly isVerified: boolean;
  /** `retired`: games that storage has no longer. */
  readonly kind: 'whole' | 'part' | 'retired';
}

export interface Listed extends KeptArchive {
  readonly manifest: Manifest;
}

export const listedOf = ({ name, verifiedAtMs }: ArchiveRow, manifest: Manifest): Listed => ({
  name,
  endedAtMs: manifest.endedAtMs,
  isVerified: verifiedAtMs !== undefined,
  kind: kindOf(manifest),
  manifest,
});

/** `part` too what lacks games, and what is of a storage that has lost its games: it would drive out what still has them. */
function kindOf(manifest: Manifest): KeptArchive['kind'] {
  const { purpose, filter, games, unsupported = [] } = manifest;
  if (purpose === 'retired') return 'retired';
  const hasAll = purpose === undefined && filter.where === undefined && unsupported.length === 0;
  return hasAll && games > 0 && !hasLostGames(manifest) ? 'whole' : 'part';
}

/** Whether its storage lost games while it was made. */
export const hasLostGames = ({ resumed, meanwhile }: Pick<Manifest, 'resumed' | 'meanwhile'>): boolean =>
  (resumed !== undefined && isLoss(resumed.gone, resumed.games)) || (meanwhile?.gone ?? 0) > 0;

/** Whether more went than end by themselves: all, or more than a tenth and a few. Where so many did end, a new backup costs little more. */
export const isLoss = (gone: number, games: number): boolean =>
  gone > 0 && (gone === games || (gone > 10 && gone * 10 > games));

/** Clocks of machines differ by so much without being wrong. */
const clockSlackMs = 5 * 60_000;

/** A clock was wrong when it was made, or is now: nobody knows how old it is. */
export const isAhead = ({ endedAtMs }: Pick<KeptArchive, 'endedAtMs'>, nowMs: number): boolean =>
  endedAtMs > nowMs + clockSlackMs;

/** Brings back all games of its storage, once it is verified. */
export const isWhole = (archive: Pick<KeptArchive, 'kind' | 'endedAtMs'>, nowMs: number): boolean =>
  archive.kind === 'whole' && !isAhead(archive, nowMs);
