/** What DynamoDB does to its clients under load, for `startHttpFaultProxy`. */
import type { Clock } from '../../src/base/clock.ts';
import type { HttpFault } from './http-fault-proxy.ts';

export const throttled: HttpFault = {
  status: 400,
  answer: {
    __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    message: 'slow down',
  },
};

/** Only the first half of a batch is carried out, and the rest left unprocessed. */
export function half(body: string, count: () => void = () => {}): HttpFault {
  const request = JSON.parse(body) as { RequestItems: Record<string, unknown[]> };
  const [[table, all] = ['', []]] = Object.entries(request.RequestItems);
  const done = all.slice(0, Math.ceil(all.length / 2));
  const rest = all.slice(done.length);
  if (rest.length > 0) count();
  return {
    forward: JSON.stringify({ ...request, RequestItems: { [table]: done } }),
    mend: (reply) =>
      JSON.stringify({ ...JSON.parse(reply), UnprocessedItems: rest.length > 0 ? { [table]: rest } : {} }),
  };
}

/** The same faults in every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Pauses between attempts take no time and count all the same. */
export function impatientClock(): Clock {
  let sleptMs = 0;
  return {
    now: () => Date.now() + sleptMs,
    async sleep(ms) {
      sleptMs += ms;
    },
  };
}
