import type { Fault } from '../base/fault.ts';
import type { Answer, PlatformClient } from '../platform/client.ts';
import type { Breakers, Health } from '../platform/schemas.ts';
import type { ServerStatus } from './status.ts';

type BreakerList = Breakers['breakers'];

/** Health and breaker of each server. Never rejects for one of them; its row has the fault. */
export async function readServers(
  client: PlatformClient,
  signal?: AbortSignal,
): Promise<readonly ServerStatus[]> {
  const [health, breakers] = await Promise.all([client.health(signal), client.breakers(signal)]);
  return client.servers.map((server, index) => serverStatus(server, health[index], breakers[index]));
}

function serverStatus(
  server: string,
  health: Answer<Health> | undefined,
  breakers: Answer<BreakerList> | undefined,
): ServerStatus {
  const fault = faultOf(health) ?? faultOf(breakers);
  return {
    server,
    healthy: health && 'value' in health ? health.value.components.state_management.healthy : undefined,
    breaker: breakers && 'value' in breakers ? worstOf(breakers.value) : undefined,
    ...(fault ? { fault } : {}),
  };
}

const faultOf = (answer: Answer<unknown> | undefined): Fault | undefined =>
  answer && 'fault' in answer ? answer.fault : undefined;

const badness = { closed: 0, half_open: 1, open: 2 } as const;

/** A server may have several breakers: the one that is furthest from closed speaks for it. */
function worstOf(breakers: BreakerList): ServerStatus['breaker'] {
  const [worst] = [...breakers].sort((a, b) => badness[b.state] - badness[a.state]);
  return worst && { state: worst.state, changedAtMs: Date.parse(worst.changed_at) };
}
