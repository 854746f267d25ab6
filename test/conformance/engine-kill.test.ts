import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { strategies } from '../../src/engine/strategy/catalogue.ts';
import { parseGameId } from '../../src/game/game.ts';
import { dynamoDbPlace, embeddedPlace, type Place, redisPlace } from '../setup/backend-places.ts';
import { startDynamoDb, type TestDynamoDb } from '../setup/dynamodb.ts';
import { engineRoom } from '../setup/engine-room.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';
import { move } from '../setup/transitions.ts';

let server: TestRedis;
let dynamoServer: TestDynamoDb;
beforeAll(async () => {
  [server, dynamoServer] = await Promise.all([startRedis(), startDynamoDb()]);
});
afterAll(() => Promise.all([server.stop(), dynamoServer.stop()]));

const id = parseGameId('doomed');

describe.each<[string, () => Promise<Place>]>([
  ['embedded', embeddedPlace],
  ['redis', () => redisPlace(server.url)],
  ['dynamodb', () => dynamoDbPlace(dynamoServer.endpoint)],
])('%s, a game server killed with kill -9', (_, openPlace) => {
  // A sample in real time of what `kill-points.test.ts` tries one by one.
  test.each(Object.keys(strategies))(
    '%s: another one goes on, and nothing acknowledged is lost or doubled',
    async (strategy) => {
      const place = await openPlace();
      const lastTold = await playUntilKilled(place, strategy);

      const { engine } = engineRoom(place.open());
      const found = await engine.recover(id);
      if (found.kind !== 'success') throw new Error(`The game was recovered as ${found.kind}`);
      expect(found.problems).toEqual([]);
      // Holds: it is the state that the process wrote.
      const { moves } = found.game.state as { readonly moves: number };
      expect(moves).toBeGreaterThanOrEqual(lastTold);
      if (strategy !== 'snapshot-only') expect(found.game.revision).toBe(moves);

      const next = await engine.append(id, move('TURN', { moves: moves + 1 }), found.game);
      expect(next).toMatchObject({ kind: 'committed', revision: found.game.revision + 1, ahead: 0 });
      await engine.close();
    },
  );
});

/** The number of transitions in the newest state that it was told is stored. */
async function playUntilKilled({ address }: Place, strategy: string): Promise<number> {
  const script = join(import.meta.dirname, '../setup/engine-process.ts');
  const doomed = spawn(process.execPath, [script, address, id, strategy], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => end(doomed));
  let told = 0;
  for await (const line of createInterface({ input: doomed.stdout })) {
    const isFirst = told < 40;
    told = Number(line);
    // Lines that were on their way are told, too.
    if (isFirst && told >= 40) doomed.kill('SIGKILL');
  }
  return told;
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill('SIGKILL');
  await once(process, 'exit');
}
