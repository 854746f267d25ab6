/** What becomes of the games of a time window, for people. */
import type { Change } from '../action/plan.ts';
import { gamesText, idText, namesOf } from '../game/record-words.ts';
import type { Fates } from './bulk-plan.ts';

/** A healthy game is a line of the preview, up to so many; one with older damage always is. */
const healthyShown = 1_000;
const namedAtMost = 20;

type Healthy = Fates['healthy'][number];
type Left = Fates['left'];

export function changesOf({ writes, left, healthy }: Fates): Change[] {
  const [damaged, whole] = [healthy.filter(({ older }) => older), healthy.filter(({ older }) => !older)];
  const more = whole.length - healthyShown;
  return [
    ...writes.map(({ change }) => change),
    ...left.map(({ id, why }): Change => ({ target: `game ${idText(id)}`, effect: 'skip', why })),
    ...[...damaged, ...whole.slice(0, healthyShown)].map(
      (game): Change => ({ target: `game ${idText(game.id)}`, effect: 'unchanged', why: healthText(game) }),
    ),
    ...(more > 0
      ? [{ target: `and ${gamesText(more)} more`, effect: 'unchanged', why: 'healthy' } as const]
      : []),
  ];
}

function healthText({ older }: Healthy): string {
  if (!older) return 'healthy';
  const records = older.records === 1 ? '1 older record' : `${older.records} older records`;
  const since = older.mendedAt === undefined ? '' : ` from before its recovery at revision ${older.mendedAt}`;
  return `newest state proved; ${records} damaged${since}: see gamekeeper games verify ID`;
}

/** What a recovery was put on top of is known to somebody. */
export const damagedOf = ({ healthy }: Fates): string[] =>
  healthy.filter(({ older }) => older && older.mendedAt === undefined).map(({ id }) => id);

export const olderDamageTitle = 'Newest state proved, older records damaged';

export const damagedText = (ids: readonly string[]) =>
  `${namesOf(ids.map(idText), namedAtMost)}; nothing is recovered there: see gamekeeper games verify ID`;

export function fateWarnings(left: Left, damaged: readonly string[]): string[] {
  return [
    ...(left.length === 0 ? [] : [`Not recovered by this: ${leftText(left)}`]),
    ...(damaged.length === 0 ? [] : [`${olderDamageTitle}: ${damagedText(damaged)}`]),
  ];
}

/** Once for each reason: after an outage many games share one. */
export function leftText(left: Left): string {
  const byReason = Map.groupBy(left, ({ why }) => why);
  const texts = [...byReason].map(([why, games]) => {
    const ids = games.map(({ id }) => idText(id));
    return `${namesOf(ids, namedAtMost)} (${why})`;
  });
  return namesOf(texts, namedAtMost);
}
