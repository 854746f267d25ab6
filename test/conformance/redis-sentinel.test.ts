import { afterAll, beforeAll } from 'vitest';
import { redisPlace } from '../setup/backend-places.ts';
import { startSentinel, type TestSentinel } from '../setup/redis-sentinel.ts';
import { backendConformance } from './backend.ts';

let sentinel: TestSentinel;
beforeAll(async () => {
  sentinel = await startSentinel();
});
afterAll(() => sentinel.stop());

backendConformance('redis behind a sentinel', () => redisPlace(sentinel.url, [sentinel.master]));
