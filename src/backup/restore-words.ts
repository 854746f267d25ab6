/** What the plan of a restore says. */
import type { Change } from '../action/plan.ts';
import type { Refusals } from '../backend/port.ts';
import { namesOf } from '../game/record-words.ts';
import type { ArchiveHeader } from './format.ts';
import { type Decision, isLost, isRemoved, type PlannedGame } from './restore-decision.ts';
import type { RestoreDetail } from './restore-plan.ts';

export function titleOf({ archive, target, games, undoes }: RestoreDetail): string {
  const count = (does: PlannedGame['does']) => games.filter((game) => game.does === does).length;
  const counts = [
    `${count('create')} to create`,
    `${count('update')} to overwrite`,
    count('delete') > 0 ? `${count('delete')} to delete` : '',
    `${count('unchanged')} unchanged`,
    `${count('skip')} to skip`,
  ];
  const what =
    undoes === undefined ? `Restore ${archive?.name ?? 'nothing'} to` : `Undo restore ${undoes} in`;
  return `${what} ${target}, games: ${counts.filter(Boolean).join(', ')}`;
}

export function safetyChanges({ safety, games }: RestoreDetail): Change[] {
  if (!safety) return [];
  const lost = games.some(isRemoved) ? 'overwritten or removed' : 'overwritten';
  return [{ target: `archive ${safety.name}`, effect: 'create', why: `keeps the games that are ${lost}` }];
}

export function secondaryUnverified({ unknown }: Refusals): string[] {
  return unknown ? [`Whether the secondary takes these games: ${unknown.message}`] : [];
}

export function originWarnings(header: ArchiveHeader | undefined, here: string): string[] {
  if (!header || header.environment === here) return [];
  return [`The archive is of ${header.environment} (${header.source}); this is ${here}`];
}

export function warningsOf(decisions: readonly Decision[], inBothLayouts: readonly string[]): string[] {
  const named = (those: (decision: Decision) => boolean) =>
    namesOf(decisions.filter(those).map(({ change }) => change.target));
  const line = (words: string, names: string) => (names === '' ? '' : `${words}: ${names}`);
  return [
    decisions.length === 0 ? 'There is no game to restore' : '',
    line(
      'Goes back to an older revision',
      named(({ lowers }) => lowers),
    ),
    line(
      'Removed, for the time at which the archive has them deleted is past',
      named(({ game, expired }) => isLost(game) && expired),
    ),
    line(
      'Not restored',
      named(({ game }) => game.does === 'skip'),
    ),
    line(
      'Restored on the primary only, for the secondary refuses them',
      named(({ onPrimaryOnly }) => onPrimaryOnly),
    ),
    line('Will exist in both layouts', namesOf(inBothLayouts)),
  ].filter(Boolean);
}
