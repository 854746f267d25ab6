/** The screens, one row each: keys, tabs, `:` commands and the help derive from it. */
import type { ComponentType } from 'react';
import type { ScreenId, View } from './navigation.ts';
import { Backup } from './screen/backup.tsx';
import { Backups } from './screen/backups.tsx';
import { GameScreen } from './screen/game.tsx';
import { Games } from './screen/games.tsx';
import { Overview } from './screen/overview.tsx';
import { Rollback } from './screen/rollback.tsx';
import { Runbooks } from './screen/runbooks.tsx';
import { WalkScreen } from './screen/walk.tsx';

export interface ScreenRow {
  readonly title: string;
  /** Opens it from anywhere; screens that need a subject have none. */
  readonly key?: string;
  /** What has to be named to open it. */
  readonly subject?: 'runbook' | 'game' | 'verb';
  /** Digits mean something else on it, so its tabs show none. */
  readonly ownDigits?: boolean;
  readonly component: ComponentType<{ readonly view: View }>;
}

export const screens: Readonly<Record<ScreenId, ScreenRow>> = {
  overview: { title: 'Overview', key: '1', component: Overview },
  runbooks: { title: 'Runbooks', key: '2', component: Runbooks },
  walk: { title: 'Runbook', subject: 'runbook', ownDigits: true, component: WalkScreen },
  backups: { title: 'Backups', key: '3', component: Backups },
  backup: { title: 'Backup', subject: 'verb', component: Backup },
  rollback: { title: 'Rollback', key: '4', component: Rollback },
  games: { title: 'Games', key: '5', component: Games },
  game: { title: 'Game', subject: 'game', component: GameScreen },
};
