import type { RecordKey } from '../../game/record.ts';
import { keyText } from '../../game/record-words.ts';

/** One write that waits to be done again. */
export interface Waiting {
  readonly sizeBytes: number;
}

export interface QueueLimits {
  /** Games worked on at once. */
  readonly parallel: number;
  /** What waits beyond these is replaced by one copy a game, so memory stays bounded however slow the work is. */
  readonly waitingWrites: number;
  readonly waitingBytes: number;
}

interface Work<W> {
  replay(key: RecordKey, write: W): Promise<void>;
  copy(key: RecordKey, mayLower: boolean): Promise<void>;
}

export interface Queue<W> {
  /** False when it was more than may wait: the game is copied instead. */
  replay(key: RecordKey, write: W): boolean;
  copy(key: RecordKey, mayLower: boolean): void;
  waiting(): number;
  /** Resolves when nothing waits or runs. */
  idle(): Promise<void>;
  /** Gives up what waits; the games it was for. */
  drop(): readonly RecordKey[];
}

interface Lane<W> {
  readonly key: RecordKey;
  replays: W[];
  /** Makes the replays that wait superfluous: it reads what they have led to. */
  copy: { readonly mayLower: boolean } | undefined;
}

/** One piece of work at a time for each game, in its order; those of different games side by side. */
export function createQueue<W extends Waiting>(limits: QueueLimits, work: Work<W>): Queue<W> {
  const lanes = new Map<string, Lane<W>>();
  const ready: Lane<W>[] = [];
  let running = 0;
  let waitingWrites = 0;
  let waitingBytes = 0;
  let idle = Promise.withResolvers<void>();
  idle.resolve();

  const laneOf = (key: RecordKey): Lane<W> => {
    const known = lanes.get(keyText(key));
    if (known) return known;
    const lane: Lane<W> = { key, replays: [], copy: undefined };
    if (lanes.size === 0) idle = Promise.withResolvers();
    lanes.set(keyText(key), lane);
    ready.push(lane);
    return lane;
  };

  const take = (lane: Lane<W>, count: number): W[] => {
    const taken = lane.replays.splice(0, count);
    waitingWrites -= taken.length;
    for (const { sizeBytes } of taken) waitingBytes -= sizeBytes;
    return taken;
  };

  const planCopy = (lane: Lane<W>, mayLower: boolean) => {
    take(lane, lane.replays.length);
    lane.copy = { mayLower: mayLower || (lane.copy?.mayLower ?? false) };
  };

  const next = async (lane: Lane<W>): Promise<void> => {
    const { copy } = lane;
    lane.copy = undefined;
    if (copy) return work.copy(lane.key, copy.mayLower);
    const [write] = take(lane, 1);
    if (write) await work.replay(lane.key, write);
  };

  const run = async (lane: Lane<W>) => {
    running++;
    // A listener that throws must not end the process, nor what waits.
    await next(lane).catch(() => {});
    running--;
    if (lane.copy || lane.replays.length > 0) ready.push(lane);
    else lanes.delete(keyText(lane.key));
    start();
    if (lanes.size === 0) idle.resolve();
  };

  const start = () => {
    while (running < limits.parallel) {
      const lane = ready.shift();
      if (!lane) return;
      void run(lane);
    }
  };

  return {
    replay(key, write) {
      const lane = laneOf(key);
      // The copy to come reads this write too.
      if (lane.copy) return true;
      lane.replays.push(write);
      waitingWrites++;
      waitingBytes += write.sizeBytes;
      const fits = waitingWrites <= limits.waitingWrites && waitingBytes <= limits.waitingBytes;
      if (!fits) planCopy(lane, false);
      start();
      return fits;
    },
    copy(key, mayLower) {
      planCopy(laneOf(key), mayLower);
      start();
    },
    waiting: () => waitingWrites + [...lanes.values()].filter(({ copy }) => copy).length,
    idle: () => idle.promise,
    drop() {
      const given = [...lanes.values()].filter(({ copy, replays }) => copy || replays.length > 0);
      for (const lane of given) {
        take(lane, lane.replays.length);
        lane.copy = undefined;
      }
      return given.map(({ key }) => key);
    },
  };
}
