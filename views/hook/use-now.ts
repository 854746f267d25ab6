import { useSyncExternalStore } from 'react';
import { useShell } from '../shell.ts';

/** Milliseconds since the epoch, moving once a second. */
export function useNow(): number {
  const { ticker } = useShell();
  return useSyncExternalStore(ticker.subscribe, ticker.now, ticker.now);
}
