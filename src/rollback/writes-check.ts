import type { Check } from '../action/action.ts';
import type { Clock } from '../base/clock.ts';
import { asFault, type Fault } from '../base/fault.ts';
import type { MetricSource, Readings, TargetRow } from '../metrics/source.ts';
import type { PlatformClient } from '../platform/client.ts';
import { liveRooms, type RollbackDetail } from './detail.ts';
import { type Patience, poll } from './poll.ts';

type Finding = Omit<Check, 'name'>;

const name = 'state writes have stopped';

export const writesNotChecked = (why: string): Check => ({ name, ...inconclusive(`not measured: ${why}`) });

/**
 * Whether games have stopped being written: a whole window of metrics after the change, from every server, shows
 * moves and not one attempt to store them. Attempts count, not successes: in an outage no write succeeds, whatever
 * the flags say. Silence proves nothing, unless no game is live.
 */
export async function checkWrites(
  { servers }: RollbackDetail,
  metrics: MetricSource | undefined,
  platform: Pick<PlatformClient, 'rooms'>,
  clock: Clock,
  patience: Patience,
  signal?: AbortSignal,
): Promise<Check> {
  const sinceMs = clock.now();
  const look = async (): Promise<Finding> => {
    if (await noGameIsLive(platform, servers.length, signal)) return pass('no game is live on any server');
    if (!metrics) return inconclusive('there is no source of metrics');
    return judge(await readMetrics(metrics, signal), sinceMs, servers.length);
  };
  if (!metrics) return { name, ...(await look()) };
  return { name, ...(await poll(clock, patience, look, ({ kind }) => kind === 'pass', signal)) };
}

async function noGameIsLive(
  platform: Pick<PlatformClient, 'rooms'>,
  servers: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const answers = await platform.rooms(signal);
  const empty = answers.filter((answer) => 'value' in answer && liveRooms(answer.value).length === 0);
  return empty.length === servers;
}

async function readMetrics(metrics: MetricSource, signal?: AbortSignal): Promise<Readings | Fault> {
  try {
    return await metrics.read(signal);
  } catch (thrown) {
    signal?.throwIfAborted();
    return asFault(thrown);
  }
}

function judge(readings: Readings | Fault, sinceMs: number, servers: number): Finding {
  if (readings instanceof Error) return inconclusive(readings.message);
  const { atMs, windowMs, targets, signals } = readings;
  const window = `${windowMs / 1000} s`;
  if (atMs - Math.max(windowMs, ...targets.map(coverOf)) < sinceMs) {
    return inconclusive(`the metrics do not cover ${window} after the change yet`);
  }
  const { transitions, storageWrites } = signals;
  if (storageWrites.kind === 'none') return inconclusive(storageWrites.why);
  if (transitions.kind === 'none') return inconclusive(transitions.why);
  if (storageWrites.value > 0) {
    return { kind: 'fail', found: `${storageWrites.value.toFixed(2)} writes a second still go to storage` };
  }
  const answered = targets.filter(({ fault }) => !fault).length;
  if (answered < Math.max(servers, targets.length)) {
    return inconclusive(`only ${answered} of ${servers} servers' metrics could be read`);
  }
  const unwatched = targets.filter((row) => coverOf(row) < windowMs).map(({ target }) => target);
  if (unwatched.length > 0) return inconclusive(`not watched for ${window} yet: ${unwatched.join(', ')}`);
  if (transitions.value === 0) return inconclusive('no game has moved, so nothing could be seen');
  return pass(`of ${transitions.value.toFixed(2)} moves a second none is sent to storage`);
}

const coverOf = ({ coveredMs = 0 }: TargetRow): number => coveredMs;

const pass = (found: string): Finding => ({ kind: 'pass', found });
const inconclusive = (found: string): Finding => ({ kind: 'inconclusive', found });
