import { afterAll, beforeAll } from 'vitest';
import { redisPlace } from '../setup/backend-places.ts';
import { wraps } from '../setup/backend-wraps.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { backendConformance } from './backend.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const open = () => redisPlace(server.url);

backendConformance('redis', open);
for (const [name, wrap] of Object.entries(wraps)) backendConformance(`redis, ${name}`, open, wrap);
