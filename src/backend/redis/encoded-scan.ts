/**
 * Every game, encoded, for backups: keys by SCAN, fields as bytes. A game of which that way is not sure is read again
 * by its script, and so are all when a connection fails: that way tells what is wrong, and finds the next server.
 */
import { interruptible } from '../../base/interruptible.ts';
import { encodedOf } from '../encoded-scan.ts';
import type { EncodedRead } from '../port.ts';
import { GameAnswers, gameQuestions } from './game-answers.ts';
import { GameEncoder } from './game-encoder.ts';
import { scanPattern } from './keys.ts';
import type { Pool } from './pool.ts';
import type { RawLine } from './raw-line.ts';
import { readRecord } from './read.ts';
import { type FoundKey, foundKeys } from './scan.ts';
import type { OnKey, Servers } from './servers.ts';

/** Asked for together: enough to keep the server at it, not more than memory should hold of answers. */
const batchBytes = 384 * 1024;
const mostGames = 500;
const firstGames = 32;
/** With one the server would often wait for the caller. */
const batchesAhead = 2;

/** @param on reads one game with all checks, wherever it is by then */
export async function* scanEncoded(
  servers: Pick<Servers, 'keys' | 'prefix' | 'readers'>,
  on: OnKey,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly EncodedRead[]> {
  const lines = createLines();
  // They take turns: a batch is begun once the caller is done with the one that had the encoder before.
  const encoders = Array.from({ length: batchesAhead + 1 }, () => new GameEncoder());
  let games = firstGames;

  const readBatch = async (batch: readonly FoundKey[]): Promise<readonly EncodedRead[]> => {
    const encoder = encoders.shift() ?? new GameEncoder();
    encoders.push(encoder);
    encoder.reuse();
    const found = await readByLines({ servers, lines, encoder }, batch);
    const reads = found.includes(undefined)
      ? await Promise.all(
          batch.map(
            async ({ record }, index) => found[index] ?? encodedOf(record, await readRecord(on, record)),
          ),
        )
      : // None is missing.
        (found as readonly EncodedRead[]);
    const bytes = reads.reduce((sum, read) => sum + (read.kind === 'record' ? read.bytes.length : 0), 0);
    const average = Math.max(1, bytes / batch.length);
    games = Math.max(1, Math.min(mostGames, Math.round(batchBytes / average)));
    return reads;
  };

  try {
    const ahead: Promise<readonly EncodedRead[]>[] = [];
    for await (const batch of batches(servers, () => games, signal)) {
      const reading = interruptible(() => readBatch(batch), signal);
      // Awaited later; a failure before that must not end the process.
      reading.catch(() => {});
      ahead.push(reading);
      if (ahead.length > batchesAhead) yield (await ahead.shift()) ?? [];
    }
    for (const reading of ahead) yield await reading;
  } finally {
    lines.close();
  }
}

/** The next page of keys is asked for while the games of one are read. */
async function* batches(
  servers: Pick<Servers, 'keys' | 'prefix'>,
  size: () => number,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly FoundKey[]> {
  const pages = servers.keys(scanPattern(servers.prefix));
  const nextPage = () => {
    const page = interruptible(() => pages.next(), signal);
    page.catch(() => {});
    return page;
  };
  let ahead = nextPage();
  for (;;) {
    const page = await ahead;
    if (page.done) return;
    ahead = nextPage();
    const found = foundKeys(servers, page.value);
    for (let at = 0; at < found.length; ) {
      const batch = found.slice(at, at + size());
      at += batch.length;
      yield batch;
    }
  }
}

interface Reader {
  readonly servers: Pick<Servers, 'readers'>;
  readonly lines: Lines;
  readonly encoder: GameEncoder;
}

/** undefined for games that are to be read singly. */
async function readByLines(
  { servers, lines, encoder }: Reader,
  batch: readonly FoundKey[],
): Promise<readonly (EncodedRead | undefined)[]> {
  const reads: (EncodedRead | undefined)[] = new Array(batch.length);
  const ask = async (pool: Pool, indexes: readonly number[]) => {
    const line = await lines.to(pool);
    if (!line) return;
    const games = indexes.flatMap((index) => batch[index] ?? []);
    let at = 0;
    const answers = new GameAnswers((answer) => {
      const [index, game] = [indexes[at], games[at]];
      at++;
      if (index === undefined || !game || answer.kind === 'unclear') return;
      reads[index] =
        answer.kind === 'absent'
          ? { kind: 'absent', key: game.record }
          : encoder.encode(game.record, answer.fields, answer.expiresAtMs);
    });
    // What it did not answer is asked again singly, and that tells why.
    await line.ask(gameQuestions(games.map(({ key }) => key)), games.length, answers).catch(() => {});
  };
  await Promise.all([...(await byReader(servers, batch))].map(([pool, indexes]) => ask(pool, indexes)));
  return reads;
}

/** Which games of the batch each server answers for. */
async function byReader(
  servers: Pick<Servers, 'readers'>,
  batch: readonly FoundKey[],
): Promise<Map<Pool, number[]>> {
  const groups = new Map<Pool, number[]>();
  const pools = await servers.readers(batch.map(({ key }) => key));
  pools.forEach((pool, index) => {
    // Of its id nobody can be sure.
    if (!batch[index]?.record.id.isWellFormed()) return;
    const group = groups.get(pool);
    if (group) group.push(index);
    else groups.set(pool, [index]);
  });
  return groups;
}

interface Lines {
  /** undefined when there is none, or the server has more to say of a game than this way asks for. */
  to(pool: Pool): Promise<RawLine | undefined>;
  close(): void;
}

function createLines(): Lines {
  const lines = new Map<Pool, Promise<RawLine | undefined>>();
  const open = async (pool: Pool) => {
    try {
      return (await pool.run((redis) => redis.gkFieldsMayExpire())) === 1 ? undefined : await pool.line();
    } catch {
      return undefined;
    }
  };
  return {
    async to(pool) {
      const known = lines.get(pool);
      const line = await known;
      if (known && (!line || line.isOpen)) return line;
      // Another batch that waited for the same may have been faster.
      if (lines.get(pool) === known) lines.set(pool, open(pool));
      return lines.get(pool);
    },
    close() {
      for (const opened of lines.values()) void opened.then((line) => line?.close());
    },
  };
}
