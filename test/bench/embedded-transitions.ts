/** Transitions to the embedded backend beside bare SQLite that writes the same rows with the same durability. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackend } from '../../src/backend/catalogue.ts';
import { openDatabase, transaction } from '../../src/backend/embedded/schema.ts';
import { systemClock } from '../../src/base/clock.ts';
import { parseGameId } from '../../src/game/game.ts';
import { inTurn, type Rate, rateLine, timeCalls } from './measure.ts';

const rounds = 5;
const games = 50;
const transitions = 4_000;
const event = Buffer.alloc(420, 'x');
const atMs = 1_700_000_000_000;

export async function run(): Promise<readonly string[]> {
  const rates = await inTurn(rounds, {
    bare: () => inFolder((folder) => bareSqlite(folder, 1)),
    bareMany: () => inFolder((folder) => bareSqlite(folder, games)),
    one: () => inFolder((folder) => backendAppends(folder, 1)),
    many: () => inFolder((folder) => backendAppends(folder, games)),
  });
  return [
    rateLine('bare SQLite: WAL, synchronous FULL, one by one', rates.bare),
    rateLine('backend.append, one by one', rates.one, rates.bare),
    rateLine(`bare SQLite, ${games} in one commit`, rates.bareMany),
    rateLine(`backend.append, ${games} at once`, rates.many, rates.bareMany),
  ];
}

/** The statements of each append: compare, move the head, add the event. */
async function bareSqlite(folder: string, perCommit: number): Promise<Rate> {
  const db = openDatabase(join(folder, 'games.sqlite'));
  const insert = db.prepare(
    `INSERT INTO games (id, layout, rev, phase, created, updated) VALUES (?, 'current', 1, 'TURN', ?, ?)`,
  );
  const rows = Array.from(
    { length: games },
    (_, index) => insert.run(`game-${index}`, atMs, atMs).lastInsertRowid,
  );
  const find = db.prepare('SELECT rev FROM games WHERE game = ?');
  const update = db.prepare('UPDATE games SET rev = ?, phase = ?, updated = ? WHERE game = ?');
  const putEvent = db.prepare('INSERT INTO events (game, revision, bytes) VALUES (?, ?, ?)');
  const append = (index: number) => {
    const game = rows[index % games] ?? 0;
    const revision = Number(find.get(game)?.rev) + 1;
    update.run(revision, 'TURN', atMs, game);
    putEvent.run(game, revision, event);
  };
  const { perSecond } = await timeCalls(transitions / perCommit, 1, async (commit) => {
    transaction(db, 'IMMEDIATE', () => {
      for (let at = 0; at < perCommit; at++) append(commit * perCommit + at);
    });
  });
  db.close();
  return { perSecond: perSecond * perCommit };
}

async function backendAppends(folder: string, concurrency: number): Promise<Rate> {
  const backend = await openBackend({ kind: 'embedded', folder }, systemClock);
  const ids = Array.from({ length: games }, (_, index) => parseGameId(`game-${index}`));
  const revisions = new Map(ids.map((id) => [id, 0]));
  await backend.ping();
  const rate = await timeCalls(transitions, concurrency, async (index) => {
    const id = ids[index % games] ?? parseGameId('none');
    const expectedRevision = revisions.get(id) ?? 0;
    revisions.set(id, expectedRevision + 1);
    const { kind } = await backend.append(id, { expectedRevision, phase: 'TURN', atMs, event });
    if (kind !== 'committed') throw new Error(`Not stored: ${kind}`);
  });
  await backend.close();
  return rate;
}

async function inFolder(work: (folder: string) => Promise<Rate>): Promise<Rate> {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
