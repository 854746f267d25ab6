import { isDue } from './due.ts';
import type { Strategy } from './strategy.ts';

interface EventSourcedSettings {
  readonly snapshotIntervalMs: number;
  readonly compactAfterEvents: number;
}

/** Every transition writes its event; a snapshot is taken only where a replay would become long. */
export function eventSourced({ snapshotIntervalMs, compactAfterEvents }: EventSourcedSettings): Strategy {
  return {
    writes: 'event',
    writesNow: () => true,
    snapshotAfter: ({ atMs, snapshotAtMs, eventsSince }) =>
      eventsSince >= compactAfterEvents || isDue(snapshotAtMs, snapshotIntervalMs, atMs)
        ? 'interval'
        : undefined,
    snapshotOnShutdown: () => false,
  };
}
