/**
 * What the SDK does in loops of our own kind, with nothing of ours around it: the client as it comes, items laid out before
 * the clock starts, no capacity asked for. `create` sends what a restore does: batches of 25 pieces at most, and for each game a
 * conditional put, which no batch can hold. `overwrite` is the cheaper work of batches alone, which protect nothing.
 */
import {
  BatchWriteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../../src/backend/dynamodb/attribute-value.ts';
import { layOut } from '../../src/backend/dynamodb/lay-out.ts';
import { legacyItem } from '../../src/backend/dynamodb/legacy-item.ts';
import { pieceItems } from '../../src/backend/dynamodb/pieces.ts';
import { currentName } from '../../src/backend/dynamodb/tables.ts';
import { Fault } from '../../src/base/fault.ts';
import { randomHex } from '../../src/base/ids.ts';
import { inParallel } from '../../src/base/in-parallel.ts';
import type { GameRecord } from '../../src/game/record.ts';

export type BareDynamoDb = ReturnType<typeof bareDynamoDb>;

/** As the backend's own in the benches. */
const segments = 4;
const atOnce = 20;
const perBatch = 25;

interface PreparedGame {
  readonly item: Item;
  readonly pieces: readonly Item[];
  readonly isLegacy: boolean;
}

export function bareDynamoDb(endpoint: string) {
  const httpAgent = { keepAlive: true, maxSockets: atOnce };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', requestHandler: { httpAgent } });

  const scanSegment = async (table: string, Segment: number): Promise<void> => {
    let from: Item | undefined;
    do {
      const page = await client.send(
        new ScanCommand({
          TableName: table,
          ...{ Segment, TotalSegments: segments, ConsistentRead: true },
          ExclusiveStartKey: from,
        }),
      );
      from = page.LastEvaluatedKey;
    } while (from);
  };
  const putAll = (table: string, items: readonly Item[]) =>
    client.send(
      new BatchWriteItemCommand({
        RequestItems: { [table]: items.map((Item) => ({ PutRequest: { Item } })) },
      }),
    );

  return {
    async scan(table: string): Promise<void> {
      const tables = [table, currentName(table)];
      const lanes = tables.flatMap((table) =>
        Array.from({ length: segments }, (_, n) => scanSegment(table, n)),
      );
      await Promise.all(lanes);
    },
    prepare(records: readonly GameRecord[]) {
      const games = records.map(preparedOf);
      return {
        /** Pieces of whole games by the batch, then each head or item where there is none. */
        async create(table: string): Promise<void> {
          await inParallel(groupsOf(games), atOnce, async (group) => {
            const pieces = group.flatMap(({ pieces }) => pieces);
            if (pieces.length > 0) await putAll(currentName(table), pieces);
            for (const { item, isLegacy } of group) {
              const TableName = isLegacy ? table : currentName(table);
              const ConditionExpression = 'attribute_not_exists(game_id)';
              await client.send(new PutItemCommand({ TableName, Item: item, ConditionExpression }));
            }
          });
        },
        /** Nothing but full batches, which no condition goes with. */
        async overwrite(table: string): Promise<void> {
          const name = games.some(({ isLegacy }) => isLegacy) ? table : currentName(table);
          const items = games.flatMap(({ item, pieces }) => [...pieces, item]);
          const batches = Array.from({ length: Math.ceil(items.length / perBatch) }, (_, n) =>
            items.slice(n * perBatch, (n + 1) * perBatch),
          );
          await inParallel(batches, atOnce, (batch) => putAll(name, batch));
        },
      };
    },
    async drop(table: string): Promise<void> {
      for (const TableName of [table, currentName(table)]) {
        await client.send(new DeleteTableCommand({ TableName }));
      }
    },
    close: () => client.destroy(),
  };
}

function preparedOf(record: GameRecord): PreparedGame {
  if (record.layout === 'legacy') {
    const item = legacyItem({ name: '', ttl: undefined }, record, 0);
    if (item instanceof Fault) throw item;
    return { item, pieces: [], isLegacy: true };
  }
  const { head, pieces } = layOut(record, { version: randomHex(8), generation: randomHex(8) });
  const items = pieces.flatMap(([ref, bytes]) => pieceItems(record.id, ref, bytes, Date.now()));
  return { item: head, pieces: items, isLegacy: false };
}

function groupsOf(games: readonly PreparedGame[]): PreparedGame[][] {
  const most = Math.max(...games.map(({ pieces }) => pieces.length));
  const perGroup = most === 0 ? 1 : Math.floor(perBatch / most);
  return Array.from({ length: Math.ceil(games.length / perGroup) }, (_, n) =>
    games.slice(n * perGroup, (n + 1) * perGroup),
  );
}
