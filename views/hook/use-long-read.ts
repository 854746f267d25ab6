import { useEffect, useReducer, useRef, useState } from 'react';
import { asFault, type Fault } from '../../src/base/fault.ts';
import { type Progress, sparingly } from '../pace.ts';
import { useShell } from '../shell.ts';

export type LongRead<T> =
  | { readonly at: 'reading'; readonly progress: Progress | undefined }
  | { readonly at: 'ended'; readonly value: T }
  | { readonly at: 'failed'; readonly fault: Fault };

export type Reader<T> = (told: (progress: Progress) => void, signal: AbortSignal) => Promise<T>;

/**
 * Something that takes long and changes nothing on the target, done once, and again when asked; leaving stops it.
 * `read` must keep its identity for as long as it reads the same.
 *
 * @param what keeps one from leaving by accident: `a validation`
 */
export function useLongRead<T>(
  what: string,
  read: Reader<T>,
): { reading: LongRead<T>; interrupt: () => void; again: () => void } {
  const { ports, track, setBusy } = useShell();
  const [reading, setReading] = useState<LongRead<T>>({ at: 'reading', progress: undefined });
  const abort = useRef<AbortController>(undefined);
  const [attempt, again] = useReducer((count: number) => count + 1, 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another reading
  useEffect(() => {
    const own = new AbortController();
    abort.current = own;
    let unmounted = false;
    const set = (next: LongRead<T>) => !unmounted && setReading(next);
    set({ at: 'reading', progress: undefined });
    setBusy(what);
    const told = sparingly(ports.clock, (progress: Progress) => set({ at: 'reading', progress }));
    track((ending) => read(told, AbortSignal.any([ending, own.signal])))
      .then(
        (value) => set({ at: 'ended', value }),
        (thrown) => set({ at: 'failed', fault: asFault(thrown) }),
      )
      // Once it was left, what is busy is somebody else's to say.
      .finally(() => !unmounted && setBusy(undefined));
    return () => {
      unmounted = true;
      own.abort();
      setBusy(undefined);
    };
  }, [what, read, attempt, ports, track, setBusy]);
  return { reading, interrupt: () => abort.current?.abort(), again };
}
