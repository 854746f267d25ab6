import type { Decoder } from '../engine/history.ts';
import { findHolds } from '../platform/held-games.ts';
import { openForEditing } from './correct.ts';
import { createMatcher } from './filter.ts';
import type { GameFilter, GameRow, GamesPort, Verification } from './game-view.ts';
import type { WriteParts } from './game-write.ts';
import { holdMarks } from './hold-marks.ts';
import { inTurns } from './in-turns.ts';
import { type FoundGame, readAllGames, readGame } from './reading.ts';
import { rowOf } from './rows.ts';
import { type ShowParts, showGame } from './show.ts';

export type GamesParts = ShowParts &
  Omit<WriteParts, 'backend'> & {
    /** What changes are made from; the other backend may be a replica. */
    changing(): Promise<WriteParts['backend']>;
  };

export function createGames(parts: GamesParts): GamesPort {
  const { backend, codec } = parts;
  return {
    location: backend.location,
    readsFrom: backend.readsFrom,
    holds: async (signal) => parts.admin && holdMarks(await findHolds(parts.admin, signal)),
    list: (filter, signal) => listGames(parts, filter, signal),
    edit: async (id, signal) => openForEditing({ ...parts, backend: await parts.changing() }, id, signal),
    show: (key, signal) => showGame(parts, key, signal),
    async verify(key, signal) {
      const found = await readGame(backend, key, signal);
      return found && verification(found, codec)[0];
    },
    async *verifyAll(signal) {
      for await (const batch of readAllGames(backend, signal)) {
        yield await inTurns(batch, (found) => verification(found, codec));
      }
    },
  };
}

async function* listGames(
  { backend, codec: decoder, clock }: GamesParts,
  filter: GameFilter,
  signal?: AbortSignal,
): AsyncGenerator<readonly GameRow[]> {
  const matches = createMatcher(filter, clock.now());
  const depth = filter.onlyProblems ? 'proof' : (filter.depth ?? 'records');
  const examine = ({ key, read, inBothLayouts }: FoundGame): GameRow[] => {
    const row = rowOf(key, read, inBothLayouts, { decoder, depth: 'head' });
    if (!row || !matches(row)) return [];
    const deep = depth === 'head' ? row : rowOf(key, read, inBothLayouts, { decoder, depth });
    return deep && (!filter.onlyProblems || deep.problems.length > 0) ? [deep] : [];
  };
  for await (const batch of readAllGames(backend, signal)) yield await inTurns(batch, examine);
}

/** Empty for a game that is gone. */
function verification(
  { key: { id, layout }, read, inBothLayouts }: FoundGame,
  decoder: Decoder,
): Verification[] {
  const row = rowOf({ id, layout }, read, inBothLayouts, { decoder, depth: 'proof' });
  if (!row) return [];
  const { events = 0, snapshots = 0, problems } = row;
  return [{ key: { id, layout }, events, snapshots, problems }];
}
