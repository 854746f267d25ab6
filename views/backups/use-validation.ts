import { useEffect, useRef, useState } from 'react';
import type { Validation } from '../../src/backup/archive-list.ts';
import { asFault, type Fault } from '../../src/base/fault.ts';
import type { Progress } from '../pace.ts';
import { useShell } from '../shell.ts';

export type Validating =
  | { readonly at: 'reading'; readonly progress: Progress | undefined }
  | { readonly at: 'ended'; readonly validation: Validation }
  | { readonly at: 'failed'; readonly fault: Fault };

/** Validates an archive once; leaving stops it. */
export function useValidation(name: string): { validating: Validating; interrupt: () => void } {
  const { ports, track, setBusy } = useShell();
  const [validating, setValidating] = useState<Validating>({ at: 'reading', progress: undefined });
  const abort = useRef<AbortController>(undefined);
  useEffect(() => {
    const own = new AbortController();
    abort.current = own;
    const set = (next: Validating) => !unmounted && setValidating(next);
    let unmounted = false;
    setBusy('a validation');
    track((ending) =>
      ports.validateArchive(
        name,
        (done, total) => set({ at: 'reading', progress: { done, total, unit: 'bytes' } }),
        AbortSignal.any([ending, own.signal]),
      ),
    )
      .then(
        (validation) => set({ at: 'ended', validation }),
        (thrown) => set({ at: 'failed', fault: asFault(thrown) }),
      )
      .finally(() => setBusy(undefined));
    return () => {
      unmounted = true;
      own.abort();
    };
  }, [name, ports, track, setBusy]);
  return { validating, interrupt: () => abort.current?.abort() };
}
