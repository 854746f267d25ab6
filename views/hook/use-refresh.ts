import type { Feed } from '../../src/base/feed.ts';
import type { KeyRow } from '../keymap.ts';
import { useShell } from '../shell.ts';

/** The key that reads a screen's feeds now. */
export function useRefreshKey(...feeds: readonly Pick<Feed<unknown>, 'refresh'>[]): KeyRow {
  const { say } = useShell();
  return {
    keys: ['r'],
    what: 'read now',
    run: () => {
      for (const feed of feeds) void feed.refresh();
      say('Reading now');
    },
  };
}
