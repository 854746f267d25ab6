/**
 * The lock of the place: an item like a piece that no head names, so that whoever counts or reads games passes it by. Of a
 * revision that no game has, and under an id that only a game of the same strange name shares.
 *
 *   bytes  its text      born  when it ends (ms)
 */
import { DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { LockChange } from '../port.ts';
import type { Item } from './attribute-value.ts';
import { isConditionFailed } from './faults.ts';
import type { Call } from './requests.ts';

const key: Item = { game_id: { S: 'gk1:lock' }, part: { S: 'e#00000000000000000000#10c#0000' } };

export async function changeLock(
  call: Call,
  table: string,
  { from, to, leaseMs }: LockChange,
): Promise<string | undefined> {
  const now = { N: String(call.nowMs()) };
  const about = {
    TableName: table,
    ReturnConsumedCapacity: 'TOTAL',
    ...(from === undefined
      ? {
          ConditionExpression: 'attribute_not_exists(#ends) OR #ends <= :now',
          ExpressionAttributeNames: { '#ends': 'born' },
          ExpressionAttributeValues: { ':now': now },
        }
      : {
          ConditionExpression: '#text = :from',
          ExpressionAttributeNames: { '#text': 'bytes' },
          ExpressionAttributeValues: { ':from': { B: Buffer.from(from) } },
        }),
  } as const;
  const ends = { N: String(call.nowMs() + leaseMs) };
  try {
    await call.send('write', (client, options) =>
      to === undefined
        ? client.send(new DeleteItemCommand({ ...about, Key: key }), options)
        : client.send(
            new PutItemCommand({ ...about, Item: { ...key, bytes: { B: Buffer.from(to) }, born: ends } }),
            options,
          ),
    );
    return to;
  } catch (thrown) {
    // Also one that was carried out before its answer was lost: then `to` is there.
    if (isConditionFailed(thrown)) return readLock(call, table);
    throw thrown;
  }
}

async function readLock(call: Call, table: string): Promise<string | undefined> {
  const { Item: found } = await call.send('read', (client, options) =>
    client.send(
      new GetItemCommand({
        TableName: table,
        Key: key,
        ConsistentRead: true,
        ReturnConsumedCapacity: 'TOTAL',
      }),
      options,
    ),
  );
  const isOver = Number(found?.born?.N ?? 0) <= call.nowMs();
  return isOver || !found?.bytes?.B ? undefined : Buffer.from(found.bytes.B).toString();
}
