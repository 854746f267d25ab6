/** A plan to prune, in words. */
import type { Change } from '../action/plan.ts';
import { formatBytes, formatDuration } from '../base/units.ts';
import { gamesText, namesOf } from '../game/record-words.ts';
import { archivesText } from './archive-words.ts';
import type { Listed } from './protection.ts';
import { type Judged, newestOf } from './prune-judge.ts';
import type { RetentionPolicy } from './retention.ts';
import type { Exclusion } from './target-lock.ts';

export function titleOf(
  judged: Judged,
  removed: readonly Listed[],
  { maxAgeMs }: RetentionPolicy,
  location: string,
): string {
  const count = archivesText(fatesOf(judged).length + judged.left.length);
  if (removed.length === 0) return `Remove none of ${count} in ${location}`;
  const size = formatBytes(removed.reduce((sum, { manifest }) => sum + manifest.storedBytes, 0));
  const which = `made more than ${formatDuration(maxAgeMs)} before ${namesOf(newestOf(judged).map(({ name }) => name))}`;
  return `Remove ${removed.length} of ${count} (${size}) from ${location}, ${which}`;
}

export function changesOf(all: Judged, nowMs: number): Change[] {
  const judged = fatesOf(all).map(({ archive, fate }): Change => {
    const { games, storedBytes, endedAtMs, source } = archive.manifest;
    return {
      target: archive.name,
      effect: effects[fate.kind],
      from: `${new Date(endedAtMs).toISOString()}, ${gamesText(games)} of ${source}, ${formatBytes(storedBytes)}`,
      why: fate.kind === 'removed' ? `${fate.why}, ${formatDuration(nowMs - endedAtMs)} old` : fate.why,
    };
  });
  const others = all.left.map(({ name, why }): Change => ({ target: name, effect: 'skip', why }));
  return [...judged, ...others];
}

const effects = { removed: 'delete', kept: 'unchanged', ignored: 'skip' } as const;

export function warningsOf(judged: Judged): string[] {
  const { retentions, left } = judged;
  const ignored = [
    ...fatesOf(judged)
      .filter(({ fate }) => fate.kind === 'ignored')
      .map(({ archive }) => archive.name),
    ...left.map(({ name }) => name),
  ];
  return [
    ...retentions
      .filter(({ newest }) => !newest)
      .map(({ fates }) => `Nothing goes of ${fates[0]?.archive.manifest.source}: ${lacksWhole}`),
    ...(ignored.length > 0 ? [`Left alone and not counted: ${namesOf(ignored)}`] : []),
  ];
}

const lacksWhole = 'no archive of all games is verified; make one, or validate one';

const fatesOf = ({ retentions }: Judged) => retentions.flatMap(({ fates }) => fates);

export function unexcludedOf(
  { lockedHere }: Exclusion,
  removed: readonly Listed[],
  location: string,
): string[] {
  const goes = 'Whether a restore or retirement goes by one of';
  if (lockedHere !== undefined) return [`${goes} these: ${lockedHere}`];
  const others = new Set(removed.map(({ manifest }) => manifest.source));
  others.delete(location);
  return [...others].map((source) => `${goes} those of ${source}: only runs on ${location} are excluded`);
}

export const lacksKey =
  'its key is not here, so it counts by its validation, its size and the time of its last change';
