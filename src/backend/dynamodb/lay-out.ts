/** A record of the current layout as the items that it becomes. */
import type { GameRecord, RecordPart } from '../../game/record.ts';
import { fieldOf } from '../current-layout.ts';
import type { Item } from './attribute-value.ts';
import { controlAttributes, headAttribute, headKey } from './head.ts';
import { chunkBytes, type PieceRef, refFor } from './pieces.ts';
import { addRevisions } from './spans.ts';
import { isShortTail } from './spill.ts';

type Pieces = (readonly [PieceRef, Uint8Array])[];

/** Random names of a write, and of the life of a game. */
export interface WriteNames {
  readonly version: string;
  readonly generation: string;
}

/** As long as those of a write that will be. */
export const anyNames: WriteNames = { version: '0'.repeat(16), generation: '0'.repeat(16) };

export interface LaidOut {
  readonly head: Item;
  readonly pieces: Pieces;
}

/** What goes where: small events into the head, as appends would; else each event and snapshot into its own piece. */
export function layOut(record: GameRecord, { version, generation }: WriteNames): LaidOut {
  const inHead: RecordPart[] = [];
  const past: { part: RecordPart; piece: Pieces[number] }[] = [];
  const named: Pieces = [];
  for (const part of record.parts) {
    const field = fieldOf(part.name);
    const isEvent = field?.kind === 'event';
    if (part.value.kind !== 'bytes' || !(isEvent || field?.kind === 'snapshot')) {
      inHead.push(part);
      continue;
    }
    const { bytes } = part.value;
    // An event of a revision to come is replaced once that comes, so it is no piece of this generation.
    if (isEvent && field.revision <= (record.revision ?? 0) && bytes.length <= chunkBytes) {
      const ref = { kind: 'e', revision: field.revision, write: generation, chunks: 1 } as const;
      past.push({ part, piece: [ref, bytes] });
    } else {
      named.push([refFor(isEvent ? 'e' : 's', field.revision, bytes, version), bytes]);
    }
  }
  const fits = isShortTail(past.map(({ piece: [, bytes] }) => bytes));
  const spilled = fits ? [] : past.map(({ piece }) => piece);
  const parts = fits ? [...inHead, ...past.map(({ part }) => part)] : inHead;
  return {
    head: {
      ...headKey(record.id),
      ...Object.fromEntries(parts.map(headAttribute)),
      ...controlAttributes({
        version,
        generation,
        spans: spansOf(spilled.map(([{ revision }]) => revision)),
        pieces: named.map(([ref]) => ref),
        expiresAtMs: record.expiresAtMs,
      }),
    },
    pieces: [...spilled, ...named],
  };
}

const spansOf = (revisions: readonly number[]) => addRevisions([], revisions);
