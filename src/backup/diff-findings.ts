import { headOf } from '../backend/record-head.ts';
import { ByteSet } from '../base/byte-set.ts';
import type { RecordKey } from '../game/record.ts';
import { changedTo, describeRecord, keyBytes, keyText } from '../game/record-words.ts';
import type { Difference, DifferentGame } from './diff.ts';
import type { ArchiveInHand, GamesOfSide, ReadGame, SideGame } from './diff-sides.ts';
import type { DigestIndex } from './digest-index.ts';
import { createSelection } from './selection.ts';

export type Findings = ReturnType<typeof createFindings>;

/** Counts what each game is, and names as many of them as are wanted. */
export function createFindings(first: ArchiveInHand, second: GamesOfSide, limit: number) {
  const counts = { created: 0, changed: 0, removed: 0, 'left-out': 0, unreadable: 0, same: 0 };
  const named = new Map<string, DifferentGame>();
  const inFirst = createSelection(first.archive.header.filter);
  const about = second.about();
  const inSecond = about.kind === 'archive' ? createSelection(about.filter) : () => 'kept';
  /** Of the games that the first side does not have: the second may bring one twice. */
  const others = new ByteSet();
  /** Named ones whose first side has not been seen yet. */
  let waiting = 0;

  const note = (key: RecordKey, is: Difference, words: Pick<DifferentGame, 'from' | 'to'>) => {
    counts[is]++;
    if (named.size >= limit) return false;
    named.set(keyText(key), { id: key.id, layout: key.layout, is, ...words });
    return true;
  };

  return {
    waiting: () => waiting > 0,
    ofSecond(index: DigestIndex, game: SideGame): void {
      const { key, hash } = game;
      const isReadable = 'digest' in game;
      const mark = index.compare(hash, isReadable ? game.digest : 'unreadable');
      if (mark === undefined && (index.markOf(hash) || !others.add(keyBytes(key)))) return;
      if (mark === 'same') counts.same++;
      else if (!isReadable) {
        if (note(key, 'unreadable', { to: game.fault.message }) && mark) waiting++;
      } else if (mark === 'changed') {
        if (note(key, 'changed', { to: describeRecord(game.record()) })) waiting++;
      } else {
        const record = game.record();
        const isWanted = inFirst(headOf(record)) === 'kept';
        note(key, isWanted ? 'created' : 'left-out', { to: describeRecord(record) });
      }
    },
    ofFirst({ key, record: made }: ReadGame, mark: ReturnType<DigestIndex['markOf']>): void {
      if (mark === 'unseen') {
        const record = made();
        const isWanted = inSecond(headOf(record)) === 'kept';
        note(key, isWanted ? 'removed' : 'left-out', { from: describeRecord(record) });
        return;
      }
      if (waiting === 0 || mark === 'same') return;
      const known = named.get(keyText(key));
      if (known?.to === undefined || known.from !== undefined) return;
      const from = describeRecord(made());
      named.set(keyText(key), { ...known, from, to: changedTo(from, known.to) });
      waiting--;
    },
    all() {
      const different = Object.values(counts).reduce((sum, count) => sum + count, -counts.same);
      return { counts, games: [...named.values()], more: different - named.size };
    },
  };
}
