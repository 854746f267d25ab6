/**
 * A process that makes archives on a real disk: `node backup-process.ts FOLDER STATE_DIR KILLED_AT NAME:GAMES…`. It kills
 * itself at the change of the disk with this number, none when negative, half of it done where it is a write. Prints one JSON
 * line: how each backup ended, then what is listed and whether it validates.
 */
import { Confirmed } from '../../src/action/plan.ts';
import { createRunner } from '../../src/action/run.ts';
import { createArchiveStore } from '../../src/backup/archive-store.ts';
import { plainPacking } from '../../src/backup/archiving.ts';
import { createBackupAction } from '../../src/backup/create.ts';
import { type Files, nodeFiles } from '../../src/backup/files.ts';
import { validateArchive } from '../../src/backup/validate.ts';
import { systemClock } from '../../src/base/clock.ts';
import { randomHex } from '../../src/base/ids.ts';
import { silent } from './counter-action.ts';
import { noisyGames } from './noisy-games.ts';
import { recordBackend } from './record-backend.ts';

const [folder = '', stateDir = '', killedAt = '-1', ...orders] = process.argv.slice(2);

let changes = 0;
function change(): boolean {
  return changes++ === Number(killedAt);
}

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}

const mortal =
  <A extends readonly unknown[], T>(run: (...args: A) => Promise<T>) =>
  async (...args: A): Promise<T> =>
    change() ? die() : run(...args);

const files: Files = {
  ...nodeFiles,
  async create(path) {
    if (change()) return die();
    const file = await nodeFiles.create(path);
    return {
      async write(bytes) {
        if (!change()) return file.write(bytes);
        await file.write(bytes.subarray(0, bytes.length / 2));
        return die();
      },
      sync: mortal(file.sync),
      close: mortal(file.close),
    };
  },
  makeFolder: mortal(nodeFiles.makeFolder),
  moveToFree: mortal(nodeFiles.moveToFree),
  moveOver: mortal(nodeFiles.moveOver),
  syncFolder: mortal(nodeFiles.syncFolder),
  remove: mortal(nodeFiles.remove),
};

const clock = systemClock;
const actor = { user: 'ana', host: 'bastion' };
const environment = 'staging';
const runner = createRunner({ stateDir, environment, simulated: false, actor, clock, random: randomHex });
const outcomes = [];
for (const order of orders) {
  const [name = '', games = '0'] = order.split(':');
  const create = createBackupAction({
    ...{ environment, actor, clock, random: randomHex, packing: plainPacking },
    backend: recordBackend(clock, noisyGames(Number(games))),
    store: createArchiveStore(folder, { files }),
  });
  const plan = await runner.prepare(create, { name, includeCompleted: true });
  const { signal } = new AbortController();
  const { outcome, steps } = await runner.apply(create, Confirmed.local(plan), silent, signal);
  const failed = steps.map(({ state }) => state).find((state) => 'fault' in state);
  outcomes.push(failed && 'fault' in failed ? `${outcome}: ${failed.fault.message}` : outcome);
}

const store = createArchiveStore(folder);
const { archives } = await store.list();
const listed = [];
for (const { name, verifiedAtMs } of archives) {
  const { ok } = await validateArchive(store, name, systemClock);
  listed.push({ name, ok, verified: verifiedAtMs !== undefined });
}
const entries = await nodeFiles.list(folder);
process.stdout.write(`${JSON.stringify({ outcomes, listed, entries, changes })}\n`);
