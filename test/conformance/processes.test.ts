import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Backend } from '../../src/backend/port.ts';
import { parseGameId } from '../../src/game/game.ts';
import { dynamoDbPlace, embeddedPlace, type Place, redisPlace } from '../setup/backend-places.ts';
import { startDynamoDb, type TestDynamoDb } from '../setup/dynamodb.ts';
import { startRedis, type TestRedis } from '../setup/redis.ts';

let server: TestRedis;
let dynamoServer: TestDynamoDb;
beforeAll(async () => {
  [server, dynamoServer] = await Promise.all([startRedis(), startDynamoDb()]);
});
afterAll(() => Promise.all([server.stop(), dynamoServer.stop()]));

const id = parseGameId('contested');

describe.each<[string, () => Promise<Place>]>([
  ['embedded', embeddedPlace],
  ['redis', () => redisPlace(server.url)],
  ['dynamodb', () => dynamoDbPlace(dynamoServer.endpoint)],
])('%s, several processes', (_, openPlace) => {
  test('each event comes from the one process that was told so, and none is missing', async () => {
    const place = await openPlace();
    const writers = [startWriter(place, 60), startWriter(place, 60), startWriter(place, 60)];
    const told = await Promise.all(writers.map(({ lines }) => linesOf(lines)));

    const writerOf = new Map(
      told.flatMap((revisions, n) =>
        revisions.map((revision) => [Number(revision), writers[n]?.process.pid]),
      ),
    );
    const game = await place.open().read(id);
    expect(game?.revision).toBe(180);
    expect(game?.events.map(({ revision, bytes }) => [revision, Number(Buffer.from(bytes))])).toEqual(
      Array.from({ length: 180 }, (_, n) => [n + 1, writerOf.get(n + 1)]),
    );
  });

  test('what a process was told is stored survives its kill, and others go on at once', async () => {
    const place = await openPlace();
    const [doomed, other] = [startWriter(place, 1_000_000), startWriter(place, 30)];
    const otherDone = linesOf(other.lines);
    let lastTold = 0;
    for await (const line of doomed.lines) {
      lastTold = Number(line);
      if (lastTold >= 20) break;
    }
    doomed.process.kill('SIGKILL');
    await Promise.all([once(doomed.process, 'exit'), otherDone]);

    const backend = place.open();
    const game = await backend.read(id);
    expect(game?.revision).toBeGreaterThanOrEqual(lastTold);
    expect(game?.events.map(({ revision }) => revision)).toEqual(
      Array.from({ length: game?.revision ?? 0 }, (_, n) => n + 1),
    );
    expect(await appendTo(backend, game?.revision ?? 0)).toMatchObject({ kind: 'committed' });
  });
});

function startWriter({ address }: Place, count: number) {
  const script = join(import.meta.dirname, '../setup/append-process.ts');
  const writer = spawn(process.execPath, [script, address, id, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => end(writer));
  return { process: writer, lines: createInterface({ input: writer.stdout }) };
}

async function end(writer: ChildProcess): Promise<void> {
  if (writer.exitCode === null && writer.signalCode === null) {
    writer.kill('SIGKILL');
    await once(writer, 'exit');
  }
}

/** To be called at once: what comes before is lost. */
async function linesOf(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

const appendTo = (backend: Backend, expectedRevision: number) =>
  backend.append(id, { expectedRevision, phase: 'TURN', atMs: 1, event: Buffer.from('after') });
