/** How people write which games an archive is to hold: words that must all hold, like in the console's list of games. */
import { parseDuration } from '../base/duration.ts';
import { Fault } from '../base/fault.ts';
import { isPhase, phases } from '../game/phases.ts';
import type { GameWhere } from './archive-list.ts';

const whereGrammar = 'phase:TURN,SCORING older:1h younger:5m id:room-* layout:legacy';

type Word = (text: string, nowMs: number) => GameWhere | undefined;

const ageWord =
  (of: (atMs: number) => GameWhere): Word =>
  (text, nowMs) => {
    const ms = parseDuration(text);
    // The clock itself is no older.
    return ms === undefined || ms > nowMs ? undefined : of(nowMs - ms);
  };

const words: Readonly<Record<string, Word>> = {
  phase(text) {
    const named = text.toUpperCase().split(',').filter(Boolean);
    return named.length > 0 && named.every(isPhase) ? { phases: named } : undefined;
  },
  older: ageWord((changedBeforeMs) => ({ changedBeforeMs })),
  younger: ageWord((changedSinceMs) => ({ changedSinceMs })),
  id: (text) => (text === '' ? undefined : { idPattern: text }),
  layout: (text) => (text === 'legacy' || text === 'current' ? { layout: text } : undefined),
};

/**
 * Ages count back from `nowMs`, so that a plan and its run mean the same games.
 * @throws Fault `wrong-use` for a word that is none, comes twice, or says too little
 */
export function parseWhere(texts: readonly string[], nowMs: number): GameWhere {
  const found: Record<string, GameWhere> = {};
  for (const word of texts.flatMap((text) => text.split(/\s+/)).filter(Boolean)) {
    const colon = word.indexOf(':');
    const name = word.slice(0, Math.max(0, colon));
    const read = Object.hasOwn(words, name) ? words[name] : undefined;
    const where = read?.(word.slice(colon + 1), nowMs);
    if (!where) throw unclear(word, name);
    if (Object.hasOwn(found, name)) throw unclear(word, name, 'comes a second time');
    found[name] = where;
  }
  const wheres = Object.values(found);
  if (wheres.length === 0) throw unclear('', '');
  return Object.assign({}, ...wheres);
}

function unclear(word: string, name: string, why = 'says nothing of which games are meant'): Fault {
  const next = name === 'phase' ? `Use phases: ${phases.join(', ')}` : `Write it like ${whereGrammar}`;
  return new Fault('wrong-use', `"${word}" ${why}`, { next });
}

/** The same for people, with the times that the words meant. */
export function whereText({ phases: named, changedBeforeMs, changedSinceMs, idPattern, layout }: GameWhere) {
  const time = (ms: number) => new Date(ms).toISOString();
  return [
    named ? `in ${named.join(' or ')}` : '',
    changedBeforeMs === undefined ? '' : `last changed before ${time(changedBeforeMs)}`,
    changedSinceMs === undefined ? '' : `last changed since ${time(changedSinceMs)}`,
    idPattern === undefined ? '' : `with an id like ${idPattern}`,
    layout ? `in the ${layout} layout` : '',
  ]
    .filter(Boolean)
    .join(', ');
}
