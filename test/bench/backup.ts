/** Backups by the shipped verbs beside `redis-cli --rdb`, with the same data and in one run. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import packageJson from '../../package.json' with { type: 'json' };
import { startRedis } from '../setup/redis.ts';
import { benchRecords, type GameSet, gameSets } from './game-sets.ts';
import { pipe, writeCommands } from './piped-games.ts';

const rounds = 3;
/** As `npm run gamekeeper` starts it. */
const [, ...shipped] = packageJson.scripts.gamekeeper.split(' ');

interface Timed {
  readonly seconds: number;
  readonly peakMb: number;
}

interface Created {
  /** Reading, compressing, hashing, encrypting, syncing and publishing. */
  readonly written: Timed;
  /** From the shell and back, with the preview before and the validation after. */
  readonly whole: Timed;
}

export async function run(): Promise<readonly string[]> {
  await promisify(execFile)(process.execPath, ['esbuild.config.ts']);
  const lines: string[] = [];
  for (const set of gameSets) lines.push(set.name, ...(await compare(set)), '');
  return lines;
}

async function compare(set: GameSet): Promise<string[]> {
  // A replica is sent its data at once, not after waiting for others.
  const server = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-bench-'));
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  const verb = (args: readonly string[]) => runVerb(args, { folder, url: server.url, identity });
  try {
    const commands = join(folder, 'games.resp');
    await writeCommands(commands, benchRecords(set));
    await pipe(server.port, commands);
    const taken: { rdb: Timed; created: Created; validated: Timed }[] = [];
    // The first round warms everything up and does not count.
    for (let round = 0; round <= rounds; round++) {
      const rdb = await runRdb(server.port, join(folder, 'dump.rdb'));
      const name = `bench-${round}`;
      const create = await verb(['backup', 'create', '--name', name, '--encrypt-to', recipient]);
      const validate = await verb(['backup', 'validate', name, '--deep']);
      const { size } = await stat(join(folder, 'backups', `${name}.gka`));
      if (size < set.games * 20) throw new Error(`The archive has only ${size} bytes`);
      if (round > 0) taken.push({ rdb, created: createdOf(create), validated: validate.whole });
    }
    const rdb = median(taken.map((each) => each.rdb));
    return [
      line('redis-cli --rdb', rdb),
      line(
        'backup create: reads, encrypts, publishes',
        median(taken.map((each) => each.created.written)),
        rdb,
      ),
      line('backup create: all, with its validation', median(taken.map((each) => each.created.whole)), rdb),
      line('backup validate --deep', median(taken.map((each) => each.validated)), rdb),
    ];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface VerbRun {
  readonly whole: Timed;
  /** When each step began and was done. */
  readonly steps: readonly { readonly index: number; readonly kind: string; readonly at: Timed }[];
}

function createdOf({ steps, whole }: VerbRun): Created {
  const began = steps.find(({ index, kind }) => index === 0 && kind === 'running')?.at;
  const published = steps.find(({ index, kind }) => index === 1 && kind === 'done')?.at;
  if (!began || !published) throw new Error('The verb did not tell of its steps');
  return { whole, written: { seconds: published.seconds - began.seconds, peakMb: published.peakMb } };
}

async function runVerb(
  args: readonly string[],
  { folder, url, identity }: { folder: string; url: string; identity: string },
): Promise<VerbRun> {
  const home = join(folder, 'home');
  const identityFile = join(folder, 'identity');
  await writeFile(identityFile, `${identity}\n`, { mode: 0o600 });
  const child = spawn(process.execPath, [...shipped, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: home,
      ENVIRONMENT: 'bench',
      STATE_STORAGE_BACKEND: 'redis',
      REDIS_URL: url,
      STATE_BACKUP_LOCATION: join(folder, 'backups'),
      STATE_BACKUP_IDENTITY_FILE: identityFile,
      GAMEKEEPER_STATE_DIR: join(folder, 'state'),
    },
  });
  const told: VerbRun['steps'][number][] = [];
  const timing = timeChild(child);
  for await (const text of createInterface({ input: child.stdout })) {
    const { event, index, state } = JSON.parse(text);
    if (event === 'step') told.push({ index, kind: state.kind, at: timing.now() });
  }
  return { whole: await timing.end, steps: told };
}

async function runRdb(port: number, file: string): Promise<Timed> {
  const child = spawn('redis-cli', ['-p', String(port), '--rdb', file], { stdio: 'ignore' });
  return timeChild(child).end;
}

function timeChild(child: ChildProcess) {
  const startMs = performance.now();
  let peakMb = 0;
  const look = () => {
    peakMb = Math.max(peakMb, peakOf(child.pid));
  };
  const watching = setInterval(look, 20);
  const now = (): Timed => {
    look();
    return { seconds: (performance.now() - startMs) / 1000, peakMb };
  };
  const { promise: end, resolve, reject } = Promise.withResolvers<Timed>();
  child.once('exit', (code) => {
    clearInterval(watching);
    if (code === 0) resolve({ seconds: (performance.now() - startMs) / 1000, peakMb });
    else reject(new Error(`${child.spawnargs.slice(0, 4).join(' ')} exited with ${code}`));
  });
  return { now, end };
}

/** The kernel's own high-water mark; 0 once the process is gone. */
function peakOf(pid: number | undefined): number {
  try {
    const [, kb = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kb) / 1024;
  } catch {
    return 0;
  }
}

function median(values: readonly Timed[]): Timed {
  const middle = (numbers: number[]) =>
    numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
  return {
    seconds: middle(values.map(({ seconds }) => seconds)),
    peakMb: Math.max(...values.map(({ peakMb }) => peakMb)),
  };
}

function line(name: string, { seconds, peakMb }: Timed, baseline?: Timed): string {
  const ratio = baseline ? `${(seconds / baseline.seconds).toFixed(2)}× time` : '';
  const columns = [`${seconds.toFixed(2)} s`, `${Math.round(peakMb)} MB`, '', ratio];
  return name.padEnd(44) + columns.map((column) => column.padStart(12)).join('');
}
