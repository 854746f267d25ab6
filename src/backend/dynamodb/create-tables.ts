/** Tables for staging and tests. In production they belong to whoever keeps the infrastructure. */
import { CreateTableCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { type Clock, systemClock } from '../../base/clock.ts';
import { randomHex } from '../../base/ids.ts';
import { createClient } from './client.ts';
import type { DynamoDbOptions } from './dynamodb.ts';
import { dynamoFault, isUnknownOperation } from './faults.ts';
import { type Call, startCall } from './requests.ts';
import { currentName, describe } from './tables.ts';

const pollMs = 50;

interface NewTables extends Omit<DynamoDbOptions, 'clock'> {
  readonly clock?: Clock;
  /** Also the legacy table, under the given name; the current one is beside it. */
  readonly withLegacy?: boolean;
}

/**
 * Creates the table of the current layout under the given name. On demand, with time to live on the attribute `ttl`.
 * Resolves once it can be used.
 *
 * @throws Fault also when there is one already
 */
export async function createTables({
  withLegacy = false,
  clock = systemClock,
  ...options
}: NewTables): Promise<void> {
  const { table, endpoint, region, operationTimeoutMs } = options;
  const client = createClient(options);
  const location = `${endpoint ?? `dynamodb://${region}`}/${table}`;
  const call = startCall(
    { client, location, operationTimeoutMs, clock, random: Math.random, randomHex, listener: {} },
    'examine',
  );
  try {
    if (withLegacy) await create(call, table, ['game_id'], clock);
    const current = withLegacy ? currentName(table) : table;
    await create(call, current, ['game_id', 'part'], clock);
    await turnOnTtl(call, current);
  } catch (thrown) {
    throw dynamoFault(thrown, location);
  } finally {
    client.destroy();
  }
}

async function create(call: Call, name: string, keys: readonly string[], clock: Clock): Promise<void> {
  await call.send('once', (client, options) =>
    client.send(
      new CreateTableCommand({
        TableName: name,
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keys.map((AttributeName, n) => ({ AttributeName, KeyType: n === 0 ? 'HASH' : 'RANGE' })),
        BillingMode: 'PAY_PER_REQUEST',
      }),
      options,
    ),
  );
  while ((await describe(call, name))?.TableStatus !== 'ACTIVE') await clock.sleep(pollMs);
}

async function turnOnTtl(call: Call, name: string): Promise<void> {
  const TimeToLiveSpecification = { AttributeName: 'ttl', Enabled: true };
  try {
    await call.send('write', (client, options) =>
      client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }), options),
    );
  } catch (thrown) {
    // Stand-ins of DynamoDB delete nothing by themselves.
    if (!isUnknownOperation(thrown)) throw thrown;
  }
}
