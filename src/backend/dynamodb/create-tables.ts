/** Tables for staging and tests. In production they belong to whoever keeps the infrastructure. */
import { CreateTableCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../../base/clock.ts';
import { randomHex } from '../../base/ids.ts';
import { createClient, type DynamoDbPlace, locationOf, regionOf } from './client.ts';
import { dynamoFault, isUnknownOperation } from './faults.ts';
import { type Call, startCall } from './requests.ts';
import { createSlots } from './slots.ts';
import { currentName, describe } from './tables.ts';

const pollMs = 50;

/**
 * Creates the table of the current layout under the place's name; or the legacy table, and the current one beside it.
 * On demand, with time to live on the attribute `ttl`. Resolves once they can be used.
 *
 * @throws Fault also when there is one already
 */
export async function createTables(place: DynamoDbPlace, withLegacy = false): Promise<void> {
  const { table, operationTimeoutMs, poolSize } = place;
  const region = await regionOf(place.endpoint);
  const client = createClient({ ...place, region });
  const location = locationOf(place, region);
  const call = startCall(
    {
      ...{ client, location, operationTimeoutMs, clock: systemClock, random: Math.random, randomHex },
      ...{ listener: {}, slots: createSlots(poolSize) },
    },
    'examine',
  );
  try {
    if (withLegacy) await create(call, table, ['game_id']);
    const current = withLegacy ? currentName(table) : table;
    await create(call, current, ['game_id', 'part']);
    await turnOnTtl(call, current);
  } catch (thrown) {
    throw dynamoFault(thrown, location);
  } finally {
    client.destroy();
  }
}

async function create(call: Call, name: string, keys: readonly string[]): Promise<void> {
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
  while ((await describe(call, name))?.TableStatus !== 'ACTIVE') await systemClock.sleep(pollMs);
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
