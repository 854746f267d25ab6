/** A stand-in of DynamoDB in a process of its own, and tables in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../../src/backend/dynamodb/attribute-value.ts';
import { createTables } from '../../src/backend/dynamodb/create-tables.ts';
import { openDynamoDb } from '../../src/backend/dynamodb/dynamodb.ts';
import type { PrimaryBackend } from '../../src/backend/port.ts';
import { systemClock } from '../../src/base/clock.ts';

export interface TestDynamoDb {
  readonly endpoint: string;
  stop(): Promise<void>;
}

type Options = Parameters<typeof openDynamoDb>[0];

// No test may find the credentials of whoever runs it.
const credentials = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

export async function startDynamoDb(): Promise<TestDynamoDb> {
  Object.assign(process.env, credentials);
  const server = spawn(process.execPath, [join(import.meta.dirname, 'dynalite-process.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface({ input: server.stdout }), 'line');
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}

let tables = 0;

/** The name of a new legacy table, with the one of the current layout beside it. */
export async function newTables(endpoint: string): Promise<string> {
  tables++;
  const table = `games-${process.pid}-${tables}`;
  await createTables({ ...limits, endpoint, table }, true);
  return table;
}

export function openTestDynamoDb(
  endpoint: string,
  table: string,
  more: Partial<Options> = {},
): PrimaryBackend {
  return openDynamoDb({ ...limits, endpoint, table, region: 'us-east-1', clock: systemClock, ...more });
}

export const limits = { connectTimeoutMs: 5_000, operationTimeoutMs: 20_000, poolSize: 20 };

/** All items of a table, as they are. */
export async function rawItems(endpoint: string, table: string): Promise<Item[]> {
  return withClient(endpoint, async (client) => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
    return Items;
  });
}

export async function putRaw(endpoint: string, table: string, item: Item): Promise<void> {
  await withClient(endpoint, (client) => client.send(new PutItemCommand({ TableName: table, Item: item })));
}

/** One that createTables would not make. */
export async function createRawTable(endpoint: string, name: string, keys: readonly string[]): Promise<void> {
  await withClient(endpoint, async (client) => {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keys.map((AttributeName, n) => ({ AttributeName, KeyType: n === 0 ? 'HASH' : 'RANGE' })),
      }),
    );
    await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 10 }, { TableName: name });
  });
}

async function withClient<T>(endpoint: string, work: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1' });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}
