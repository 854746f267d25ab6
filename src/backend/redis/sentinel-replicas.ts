/** What a sentinel tells of the replicas of a master. */
import type { Endpoint } from './address.ts';

/** Those that follow their master. @param answer of SENTINEL REPLICAS */
export const replicasIn = (answer: unknown): readonly Endpoint[] =>
  Array.isArray(answer) ? answer.map(fieldsOf).filter(follows).map(endpointOf) : [];

/** Names and values in turn. */
function fieldsOf(answer: unknown): Map<string, string> {
  const texts = Array.isArray(answer) ? answer.map(String) : [];
  return new Map(texts.flatMap((text, at) => (at % 2 === 0 ? [[text, texts[at + 1] ?? ''] as const] : [])));
}

const follows = (replica: Map<string, string>) =>
  !/down|disconnected/.test(replica.get('flags') ?? '') && replica.get('master-link-status') === 'ok';

const endpointOf = (replica: Map<string, string>): Endpoint => ({
  host: replica.get('ip') ?? '',
  port: Number(replica.get('port')),
});
