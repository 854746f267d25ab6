/**
 * Many games that are not there yet: first their pieces, those of several games in one request, then each head under the
 * condition that there is none. Where there is one, the game is looked at like any that is to be replaced.
 */
import { asFault, Fault } from '../../base/fault.ts';
import type { EncodedRecord } from '../../game/encoded-record.ts';
import type { GameRecord } from '../../game/record.ts';
import { decodeRecord } from '../../game/record-codec.ts';
import { faultsOfOneGame } from '../create-records.ts';
import type { CreateOutcome, Replaced } from '../port.ts';
import { checkRecord } from '../record-check.ts';
import type { Item } from './attribute-value.ts';
import { createLegacy } from './legacy.ts';
import { pieceItems } from './pieces.ts';
import { takenAs } from './refusal.ts';
import { decide, replaceGame } from './replace.ts';
import { type Call, mostPerBatch, puts } from './requests.ts';
import type { Tables } from './tables.ts';

interface Means {
  readonly tables: Tables;
  /** Each has a time limit of its own. */
  startCall(): Call;
  /** What is thrown comes out as a Fault. */
  caught<T>(work: () => Promise<T>): Promise<T>;
  /** Requests. */
  readonly atOnce: number;
  readonly signal: AbortSignal | undefined;
}

interface NewGame {
  /** Its place among the records. */
  readonly at: number;
  readonly pieces: readonly Item[];
  /** Once its pieces are there. */
  readonly create: (call: Call) => Promise<Replaced>;
}

export async function createGames(
  records: readonly EncodedRecord[],
  { tables, startCall, caught, atOnce, signal }: Means,
): Promise<readonly CreateOutcome[]> {
  const outcomes = records.map((): CreateOutcome => ({ kind: 'not-begun' }));
  let isOver = false;
  const note = (at: number, thrown: unknown): void => {
    const fault = asFault(thrown);
    const isItsOwn = faultsOfOneGame.includes(fault.code);
    outcomes[at] = { kind: isItsOwn ? 'refused' : 'failed', fault };
    isOver ||= !isItsOwn;
  };

  const goesOn = () => !isOver && !signal?.aborted;
  const createGroup = async (group: readonly NewGame[]): Promise<void> => {
    if (!goesOn()) return;
    try {
      const pieces = puts(group.flatMap(({ pieces }) => pieces));
      await caught(() => startCall().writeAll(tables.current.name, pieces));
    } catch (thrown) {
      for (const { at } of group) note(at, thrown);
      return;
    }
    for (const { at, create } of group) {
      if (!goesOn()) return;
      try {
        outcomes[at] = await caught(() => create(startCall()));
      } catch (thrown) {
        note(at, thrown);
      }
    }
  };
  // Each is made ready when its turn comes, while storage is at work on those before it.
  function* games(): Generator<NewGame> {
    for (const [at, { bytes }] of records.entries()) {
      if (!goesOn()) return;
      try {
        yield { at, ...newGame(tables, decodeRecord(bytes), startCall()) };
      } catch (thrown) {
        note(at, thrown);
      }
    }
  }
  const groups = groupsOf(games());
  const goOn = async (): Promise<void> => {
    for (const group of groups) await createGroup(group);
  };
  await Promise.all(Array.from({ length: atOnce }, goOn));
  return outcomes;
}

/** @throws Fault for a record that is not sound, or that the tables do not take */
function newGame(tables: Tables, record: GameRecord, call: Call): Omit<NewGame, 'at'> {
  checkRecord(record, call.nowMs());
  const names = { version: call.newId(), generation: call.newId() };
  const taken = takenAs(tables, record, names, call.nowMs());
  if (taken instanceof Fault) throw taken;
  if (taken.layout === 'legacy') {
    const { table, item } = taken;
    return { pieces: [], create: (call) => createLegacy(call, table, record, item) };
  }
  const { table, laidOut } = taken;
  return {
    pieces: laidOut.pieces.flatMap(([ref, bytes]) => pieceItems(record.id, ref, bytes, call.nowMs())),
    async create(call) {
      const isWritten = await decide(call, table, record.id, laidOut, undefined);
      return isWritten ? { kind: 'written' } : replaceGame(call, table, record, 'absent');
    },
  };
}

/** As many as have their pieces in one request; one of none, or of more, is on its own. */
function* groupsOf(games: Iterable<NewGame>): Generator<readonly NewGame[]> {
  let group: NewGame[] = [];
  let pieces = 0;
  for (const game of games) {
    const isAlone = pieces === 0 || game.pieces.length === 0;
    if (group.length > 0 && (isAlone || pieces + game.pieces.length > mostPerBatch)) {
      yield group;
      [group, pieces] = [[], 0];
    }
    group.push(game);
    pieces += game.pieces.length;
  }
  if (group.length > 0) yield group;
}
