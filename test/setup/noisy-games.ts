import { createHash } from 'node:crypto';
import type { GameRecord } from '../../src/game/record.ts';
import { gameRecord } from './archived-records.ts';

/** Games of a good kibibyte each, which no codec makes smaller. */
export const noisyGames = (count: number): readonly GameRecord[] =>
  Array.from({ length: count }, (_, index) => {
    const noise = Array.from({ length: 16 }, (_, part) =>
      createHash('sha512').update(`${index} ${part}`).digest().toString('latin1'),
    );
    return gameRecord({ id: `game-${index}`, fields: { noise: noise.join('') } });
  });
