/** What differs between two records of one game: its state field by field, and what is stored part by part. */

import { formatBytes } from '../base/units.ts';
import type { Decoder } from '../engine/history.ts';
import { type RecordState, stateOfRecord } from '../engine/record-state.ts';
import { diffStates, type FieldChange } from '../game/field-diff.ts';
import { nameText, sizeOf, textValue } from '../game/field-values.ts';
import type { GameRecord, Layout, PartValue, RecordPart } from '../game/record.ts';
import { recordDigest } from '../game/record-codec.ts';
import { describeRecord } from '../game/record-words.ts';

export interface GameSide {
  readonly layout: Layout;
  /** Like `revision 7, TURN, expires …`. */
  readonly words: string;
  readonly sizeBytes: number;
  readonly digest: string;
  /** Of the state that is compared, where it is proved. */
  readonly stateRevision?: number;
}

/** One part, named as it is stored; `from` is missing where it came, `to` where it went. */
export interface PartChange {
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

export interface GameDiff {
  readonly id: string;
  readonly is: 'created' | 'changed' | 'removed' | 'same';
  readonly from?: GameSide;
  readonly to?: GameSide;
  readonly state:
    | { readonly kind: 'compared'; readonly changes: readonly FieldChange[] }
    | { readonly kind: 'not-compared'; readonly why: string };
  readonly parts: readonly PartChange[];
}

/** One of them is given. Events are of the record before, whichever layout: two layouts of one id are compared too. */
export function diffRecords(
  id: string,
  from: GameRecord | undefined,
  to: GameRecord | undefined,
  decoder: Decoder,
): GameDiff {
  const states = { from: from && stateOfRecord(from, decoder), to: to && stateOfRecord(to, decoder) };
  const isSame = from && to && recordDigest(from) === recordDigest(to);
  return {
    id,
    is: !from ? 'created' : !to ? 'removed' : isSame ? 'same' : 'changed',
    ...(from ? { from: sideOf(from, states.from) } : {}),
    ...(to ? { to: sideOf(to, states.to) } : {}),
    state: compareStates(states.from, states.to),
    parts: isSame ? [] : diffParts(from?.parts ?? [], to?.parts ?? []),
  };
}

function sideOf(record: GameRecord, state: RecordState | undefined): GameSide {
  const { layout } = record;
  return {
    layout,
    words: describeRecord(record),
    sizeBytes: sizeOf(record),
    digest: recordDigest(record),
    ...(state?.kind === 'state' && state.revision !== undefined ? { stateRevision: state.revision } : {}),
  };
}

function compareStates(from: RecordState | undefined, to: RecordState | undefined): GameDiff['state'] {
  if (from?.kind === 'none') return { kind: 'not-compared', why: `on the first side, ${from.why}` };
  if (to?.kind === 'none') return { kind: 'not-compared', why: `on the second side, ${to.why}` };
  if (from && to) return { kind: 'compared', changes: diffStates(from.state, to.state) };
  const whole = { pointer: '', ...(from ? { from: from.state } : {}), ...(to ? { to: to.state } : {}) };
  return { kind: 'compared', changes: [whole] };
}

function diffParts(from: readonly RecordPart[], to: readonly RecordPart[]): PartChange[] {
  const [before, after] = [byName(from), byName(to)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name) => {
    const [one, other] = [before.get(name), after.get(name)];
    if (one && other && digestOfPart(one) === digestOfPart(other)) return [];
    const shown = nameText(Buffer.from(name, 'latin1'));
    return [
      {
        name: shown,
        ...(one ? { from: valueText(one.value) } : {}),
        ...(other ? { to: valueText(other.value) } : {}),
      },
    ];
  });
}

/** Names are any bytes; as latin1 no two become one. */
const byName = (parts: readonly RecordPart[]) =>
  new Map(parts.map((part) => [Buffer.from(part.name).toString('latin1'), part]));

const digestOfPart = (part: RecordPart) => recordDigest({ id: '', layout: 'legacy', parts: [part] });

const longestText = 64;

function valueText(value: PartValue): string {
  const text = textValue(value);
  if (text !== undefined && text.length <= longestText) return text;
  return `${value.kind} of ${formatBytes(sizeOf({ parts: [{ name: new Uint8Array(), value }] }))}`;
}
