import { useRef } from 'react';
import { type Mark, type Progress, progressText } from '../pace.ts';
import { useNow } from './use-now.ts';

/** Tells progress in words, with the pace of what goes on, counted from the first that was told of the same `what`. */
export function useProgress(): (what: string, progress: Progress | undefined, goesOn?: boolean) => string {
  const now = useNow();
  const firstMarks = useRef(new Map<string, Mark>());
  return (what, progress, goesOn = true) => {
    if (!progress) return '';
    const first = firstMarks.current.get(what);
    if (!first) firstMarks.current.set(what, { atMs: now, done: progress.done });
    return progressText(progress, goesOn ? first : undefined, now);
  };
}
