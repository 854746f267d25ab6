import { afterAll, beforeAll } from 'vitest';
import { dynamoDbPlace } from '../setup/backend-places.ts';
import { allWraps } from '../setup/backend-wraps.ts';
import { startDynamoDb, type TestDynamoDb } from '../setup/dynamodb.ts';
import { backendConformance } from './backend.ts';

let server: TestDynamoDb;
beforeAll(async () => {
  server = await startDynamoDb();
});
afterAll(() => server.stop());

const open = () => dynamoDbPlace(server.endpoint);

backendConformance('dynamodb', open);
// Each test makes its tables: all wrappers at once, one by one they run on Redis.
backendConformance('dynamodb, wrapped', open, allWraps);
