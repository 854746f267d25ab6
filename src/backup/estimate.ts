import type { Change } from '../action/plan.ts';
import type { Census } from '../backend/port.ts';
import type { Layout } from '../game/record.ts';
import { gamesText } from '../game/record-words.ts';

export interface GameCounts {
  readonly taken: Readonly<Record<Layout, number>>;
  readonly completed: number;
  /** Of those taken: games whose phase is none that is known. */
  readonly odd: number;
}

export function countGames({ games }: Census, includeCompleted: boolean): GameCounts {
  const isLeftOut = (phase: string) => !includeCompleted && phase === 'GAME_OVER';
  const sum = (rows: Census['games']) => rows.reduce((total, { count }) => total + count, 0);
  const taken = games.filter(({ phase }) => !isLeftOut(phase));
  return {
    taken: {
      current: sum(taken.filter(({ layout }) => layout === 'current')),
      legacy: sum(taken.filter(({ layout }) => layout === 'legacy')),
    },
    completed: sum(games.filter(({ phase }) => isLeftOut(phase))),
    odd: sum(taken.filter(({ phase }) => phase === 'unknown')),
  };
}

export function estimateChanges(name: string, { taken, completed }: GameCounts): Change[] {
  const layouts = (['current', 'legacy'] as const).filter((layout) => taken[layout] > 0);
  const games = layouts.map((layout) => `${gamesText(taken[layout])} (${layout} layout)`).join(', ');
  const archive: Change = {
    target: `archive ${name}`,
    effect: 'create',
    to: games ? `about ${games}` : 'no games',
    why: 'each game whole, different games from different moments',
  };
  if (completed === 0) return [archive];
  const leftOut = `${completed === 1 ? '1 game has' : `about ${completed} games have`} ended`;
  return [
    archive,
    { target: 'completed games', effect: 'skip', why: `${leftOut}; include completed games to keep them` },
  ];
}

export function estimateWarnings({ taken, odd }: GameCounts): string[] {
  return [
    taken.current + taken.legacy === 0 ? 'There is no game to back up: the archive will be empty' : '',
    odd > 0 ? `${gamesText(odd)} in no known phase; archived as stored` : '',
  ].filter(Boolean);
}
