import { formatValue } from '../base/units.ts';
import type { GameRecord, RecordKey } from './record.ts';

/** An id as people see it: one that is empty would be taken for a blank. */
export const idText = (id: string): string => (id === '' ? '(empty)' : id);

/** How a game is named to people; the two layouts of one id are two games. */
export function gameLabel({ id, layout }: RecordKey): string {
  return layout === 'legacy' ? `${idText(id)} (legacy)` : idText(id);
}

/** One text for a key: equal only for equal keys. */
export function keyText({ id, layout }: RecordKey): string {
  return `${layout}:${id}`;
}

/** The same in bytes. An id that stands for bytes which are no UTF-8 gets bytes that no other id has. */
export function keyBytes(key: RecordKey): Buffer {
  const text = keyText(key);
  return text.isWellFormed() ? Buffer.from(text) : Buffer.from(`\0${text}`, 'utf16le');
}

const phaseField = Buffer.from('phase');

/** As stored, which in a broken game may be any text; undefined when the record has none. */
export function phaseOf(record: GameRecord): string | undefined {
  const part = record.parts.find(({ name }) => phaseField.equals(name));
  if (part?.value.kind === 'text') return part.value.text;
  return part?.value.kind === 'bytes' ? Buffer.from(part.value.bytes).toString() : undefined;
}

/** The first few names and how many more there are. */
export function namesOf(labels: readonly string[], shown = 5): string {
  const more = labels.length - shown;
  return labels.slice(0, shown).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

export function gamesText(count: number): string {
  return count === 1 ? '1 game' : `${formatValue(count, 'games')} games`;
}

/** `revision 7, TURN, expires 2026-11-23T12:54:00.000Z` */
export function describeRecord(record: GameRecord): string {
  const { revision, expiresAtMs } = record;
  return [
    revision === undefined ? '' : `revision ${revision}`,
    phaseOf(record) ?? 'no phase',
    expiresAtMs === undefined ? '' : `expires ${timeText(expiresAtMs)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** What another record became, which may read the same. */
export const changedTo = (from: string | undefined, to: string): string =>
  from === to ? `${to}, other content` : to;

function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `at ${ms}` : date.toISOString();
}
