import { Fault } from '../../base/fault.ts';
import type { RandomHex } from '../../base/ids.ts';
import type { EncodedRecord } from '../../game/encoded-record.ts';
import {
  Commands,
  type Creation,
  CreationAnswers,
  isPlainGame,
  transactions,
  writeCreations,
} from './create-games.ts';
import type { Pool } from './pool.ts';
import type { RawLine } from './raw-line.ts';

interface CreationParts {
  /** The connections to the server that takes all writes. */
  readonly writer: () => Promise<Pool>;
  /** Of the keys, see keys.ts. */
  readonly prefix: string;
  readonly random: RandomHex;
}

/** Rejects when it is not known what became of the games. @param nowMs decides what has expired */
export type CreateGames = (records: readonly EncodedRecord[], nowMs: number) => Promise<readonly Creation[]>;

const script: Creation = { kind: 'script' };

/** Keeps a connection of its own from one call to the next, as long as it serves. */
export function openCreations({ writer, prefix, random }: CreationParts): CreateGames {
  const passing = random(6);
  /** What has been answered has been sent. */
  const spare: Commands[] = [];
  let kept: { readonly pool: Pool; readonly line: Promise<RawLine | undefined> } | undefined;

  const lineTo = async (pool: Pool): Promise<RawLine | undefined> => {
    const known = kept?.pool === pool ? await kept.line : undefined;
    if (kept?.pool === pool && (!known || known.isOpen)) return known;
    void kept?.line.then((line) => line?.close());
    const line = openLine(pool);
    kept = { pool, line };
    return line;
  };

  const create = async (line: RawLine, pool: Pool, records: readonly EncodedRecord[]) => {
    const answers = new CreationAnswers(records);
    const commands = spare.pop() ?? new Commands();
    writeCreations(commands, records, prefix, passing);
    try {
      await line.ask(commands.bytes, 1, answers);
      spare.push(commands);
    } catch (thrown) {
      throw pool.faultOf(thrown);
    }
    if (!answers.isTransaction) throw notTogether(pool.server);
    return answers.creations;
  };

  return async (records, nowMs) => {
    const plain = records.filter((record) => isPlainGame(record, nowMs));
    const pool = await writer();
    const line = plain.length > 0 ? await lineTo(pool) : undefined;
    if (!line) return records.map(() => script);
    // Said at once, and answered in this order.
    const groups = await Promise.all([...transactions(plain)].map((group) => create(line, pool, group)));
    const answers = groups.flat();
    if (plain.length === records.length) return answers;
    const placed = new Map(plain.map((record, n) => [record, answers[n]]));
    return records.map((record) => placed.get(record) ?? script);
  };
}

/** undefined where there is none, or where this user may not begin a transaction: then it goes by script. */
async function openLine(pool: Pool): Promise<RawLine | undefined> {
  try {
    const line = await pool.line();
    const mayBegin = new CreationAnswers([]);
    const commands = new Commands();
    writeCreations(commands, [], '', 'none');
    await line.ask(commands.bytes, 1, mayBegin);
    if (mayBegin.isTransaction) return line;
    line.close();
    return undefined;
  } catch {
    return undefined;
  }
}

function notTogether(server: string): Fault {
  return new Fault('backend-failed', `Redis at ${server} did not carry out a transaction as one`, {
    next: 'Give its user +multi and +exec for good, or take them away',
  });
}
