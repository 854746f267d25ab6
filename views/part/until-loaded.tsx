import type { ReactNode } from 'react';
import type { Loaded } from '../hook/use-loaded.ts';
import { useShell } from '../shell.ts';
import { FaultNotice } from './fault-notice.tsx';
import { Waiting } from './waiting.tsx';

interface UntilLoadedProps<T> {
  readonly loading: { readonly loaded: Loaded<T>; readonly reload: () => void };
  /** What goes on meanwhile. */
  readonly what: string;
  /** What to say when it failed. */
  readonly failure: string;
  readonly children: (value: T) => ReactNode;
}

/** What was loaded; until then what is awaited, or why it did not come and how to try again. */
export function UntilLoaded<T>({
  loading: { loaded, reload },
  what,
  failure,
  children,
}: UntilLoadedProps<T>) {
  const { back } = useShell();
  switch (loaded.at) {
    case 'loading':
      return <Waiting what={what} onLeave={back} />;
    case 'failed':
      return <FaultNotice title={failure} fault={loaded.fault} onAgain={reload} onLeave={back} />;
    case 'loaded':
      return children(loaded.value);
  }
}
