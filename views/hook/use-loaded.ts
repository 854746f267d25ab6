import { useEffect, useState } from 'react';
import { asFault, type Fault } from '../../src/base/fault.ts';

export type Loaded<T> =
  | { readonly at: 'loading' }
  | { readonly at: 'loaded'; readonly value: T }
  | { readonly at: 'failed'; readonly fault: Fault };

/** Loads once, and again on `reload`. `load` must keep its identity for as long as it loads the same. */
export function useLoaded<T>(load: () => Promise<T>): { loaded: Loaded<T>; reload: () => void } {
  const [attempt, setAttempt] = useState(0);
  const [loaded, setLoaded] = useState<Loaded<T>>({ at: 'loading' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another load
  useEffect(() => {
    let current = true;
    setLoaded({ at: 'loading' });
    load().then(
      (value) => current && setLoaded({ at: 'loaded', value }),
      (thrown) => current && setLoaded({ at: 'failed', fault: asFault(thrown) }),
    );
    return () => {
      current = false;
    };
  }, [load, attempt]);
  return { loaded, reload: () => setAttempt(attempt + 1) };
}
