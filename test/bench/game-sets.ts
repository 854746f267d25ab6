/** The two sets of games that backups are measured with: as large as asked, and as compressible as real ones (4 to 5). */
import type { GameRecord } from '../../src/game/record.ts';
import { sortedParts } from '../../src/game/record-codec.ts';

export interface GameSet {
  readonly name: string;
  readonly games: number;
  readonly gameBytes: number;
}

export const gameSets: readonly GameSet[] = [
  { name: '20,000 games of 12 KB', games: 20_000, gameBytes: 12_000 },
  { name: '200,000 games of 1 KB', games: 200_000, gameBytes: 1_000 },
];

const atMs = 1_700_000_000_000;
const words = ['hand', 'table', 'draw', 'discard', 'score', 'turn', 'knock', 'joker', 'spades', 'hearts'];

/** The same games in every run. */
export function* benchRecords({
  games,
  gameBytes,
}: Pick<GameSet, 'games' | 'gameBytes'>): Generator<GameRecord> {
  const random = createRandom(7);
  for (let game = 0; game < games; game++) yield benchRecord(game, gameBytes, random);
}

/** Its head, a snapshot of half its size, and three events. */
function benchRecord(game: number, bytes: number, random: () => number): GameRecord {
  const events = [1, 2, 3].map((revision) => [`e:${revision}`, jsonText((bytes / 2 - 100) / 3, random)]);
  const head = { rev: '3', phase: 'TURN', created: `${atMs}`, updated: `${atMs + game}` };
  const fields = { ...head, 's:3': jsonText(bytes / 2, random), ...Object.fromEntries(events) };
  const parts = Object.entries<string>(fields).map(([name, value]) => ({
    name: Buffer.from(name),
    value: { kind: 'bytes' as const, bytes: Buffer.from(value) },
  }));
  return {
    id: game.toString(36).padStart(12, '0'),
    layout: 'current',
    revision: 3,
    parts: sortedParts(parts),
  };
}

function jsonText(bytes: number, random: () => number): string {
  let text = '';
  while (text.length < bytes) {
    const word = words[random() % words.length];
    text += `{"kind":"${word}","card":${random() % 52},"seat":${random() % 6},"id":"${random().toString(36)}"},`;
  }
  return text.slice(0, bytes);
}

/** The same numbers in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 4;
  };
}
