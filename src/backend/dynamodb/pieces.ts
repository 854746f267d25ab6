/**
 * Events and snapshots of the current layout that are items of their own. A piece is written once, under a key that
 * is never used again for other bytes, and counts only while the head of its game names it. So a head and the pieces
 * that it names are one state of the game, whenever each of them was read.
 *
 *   part     e#<revision, 20 digits>#<write>#<chunk, 4 digits>, s#… for a snapshot
 *   bytes    the encoded event or snapshot, or a chunk of it
 *   born     when it was written (ms), where no head was there yet
 */
import { revisionOf } from '../current-layout.ts';
import type { Item } from './attribute-value.ts';

/** One event or snapshot, as the head names it. */
export interface PieceRef {
  readonly kind: 'e' | 's';
  readonly revision: number;
  /** Names the write it came with: the generation of the game for events that were once in the head. */
  readonly write: string;
  readonly chunks: number;
}

/** Leaves room for keys and overhead under DynamoDB's 400 KB an item. */
export const chunkBytes = 380 * 1024;

/** Every key of a piece begins so, as no revision has more than 16 digits; what it means for a scan is in scan.ts. */
export const piecePrefixes = ['e#0000', 's#0000'] as const;

export const refText = ({ kind, revision, write, chunks }: PieceRef) =>
  `${kind} ${revision} ${write} ${chunks}`;

export function parseRef(text: string): PieceRef | undefined {
  const [kind, revisionText = '', write = '', chunksText = ''] = text.split(' ');
  const revision = revisionOf(Buffer.from(revisionText));
  const chunks = revisionOf(Buffer.from(chunksText));
  if ((kind !== 'e' && kind !== 's') || !revision || !chunks) return undefined;
  const ref = { kind, revision, write, chunks } as const;
  return refText(ref) === text ? ref : undefined;
}

export function refFor(kind: PieceRef['kind'], revision: number, bytes: Uint8Array, write: string): PieceRef {
  return { kind, revision, write, chunks: Math.max(1, Math.ceil(bytes.length / chunkBytes)) };
}

export function partsOf(ref: PieceRef): string[] {
  return Array.from({ length: ref.chunks }, (_, chunk) => partOf(ref, chunk));
}

const partOf = ({ kind, revision, write }: PieceRef, chunk: number) =>
  `${kind}#${String(revision).padStart(20, '0')}#${write}#${String(chunk).padStart(4, '0')}`;

/** @param bornAtMs only where no head is there yet */
export function pieceItems(id: string, ref: PieceRef, bytes: Uint8Array, bornAtMs?: number): Item[] {
  return partsOf(ref).map((part, chunk) => ({
    game_id: { S: id },
    part: { S: part },
    bytes: { B: bytes.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes) },
    ...(bornAtMs === undefined ? {} : { born: { N: String(bornAtMs) } }),
  }));
}

const known = new Set(['game_id', 'part', 'bytes', 'born']);

/** False for an item of somebody else. */
export function isPiece(item: Item): boolean {
  return (
    /^[es]#\d{20}#[0-9a-f]+#\d{4,}$/.test(item.part?.S ?? '') &&
    item.bytes?.B !== undefined &&
    Object.keys(item).every((name) => known.has(name))
  );
}
