/** Games as the commands that create them, for `redis-cli --pipe`. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { storedBytes } from '../../src/backend/stored-value.ts';
import type { GameRecord } from '../../src/game/record.ts';

export const writeCommands = (file: string, records: Iterable<GameRecord>): Promise<void> =>
  writeFile(file, commandsOf(records));

export async function pipe(port: number, file: string): Promise<void> {
  await promisify(execFile)('sh', ['-c', `redis-cli -p ${port} --pipe < '${file}'`]);
}

function* commandsOf(records: Iterable<GameRecord>): Generator<Buffer> {
  for (const record of records) yield hset(record);
}

function hset({ id, parts }: GameRecord): Buffer {
  const fields = parts.flatMap(({ name, value }) => [name, storedBytes(value)]);
  const words = [Buffer.from('HSET'), Buffer.from(`gk1:{game:${id}}`), ...fields];
  const framed = words.flatMap((word) => [Buffer.from(`$${word.length}\r\n`), word, Buffer.from('\r\n')]);
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...framed]);
}
