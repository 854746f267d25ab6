import { afterAll, beforeAll } from 'vitest';
import { redisPlace } from '../setup/backend-places.ts';
import { startCluster, type TestCluster } from '../setup/redis-cluster.ts';
import { backendConformance } from './backend.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

backendConformance('redis cluster', () => redisPlace(cluster.url, cluster.masters));
