import { useSyncExternalStore } from 'react';
import type { Feed, FeedState } from '../../src/base/feed.ts';

/** A feed's state; reading goes on while some component uses it. */
export function useFeed<T>(feed: Feed<T>): FeedState<T> {
  return useSyncExternalStore(feed.subscribe, feed.state, feed.state);
}
