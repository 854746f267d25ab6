import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { findRegion } from '../../base/aws-region.ts';

/** Where the tables are; region and credentials are AWS's own settings. */
export interface DynamoDbPlace {
  /** Of either layout, see `tables.ts`. */
  readonly table: string;
  /** Like `http://127.0.0.1:8000`; AWS's own when left out. */
  readonly endpoint?: string;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
  /** Connections at most. */
  readonly poolSize: number;
}

/** For people; an address may hold a password. */
export function locationOf({ table, endpoint }: DynamoDbPlace, region: string): string {
  const url = endpoint === undefined ? undefined : URL.parse(endpoint);
  return `${url ? `${url.protocol}//${url.host}` : `dynamodb://${region}`}/${table}`;
}

/** Credentials come from AWS's own variables and files, as for every other tool. */
export function createClient(settings: DynamoDbPlace & { readonly region: string }): DynamoDBClient {
  const { region, endpoint, connectTimeoutMs, operationTimeoutMs, poolSize } = settings;
  const agent = { keepAlive: true, maxSockets: poolSize };
  const client = new DynamoDBClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    // Ours are in requests.ts: they know which requests may be sent twice.
    retryStrategy: { retry: (next, args) => next(args) },
    base64Decoder: bytesOf,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: operationTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
  // It goes through all of every answer for a log that nobody reads.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** @throws Fault `config-invalid` when none is set and AWS's own DynamoDB is meant */
export const regionOf = (endpoint: string | undefined): Promise<string> =>
  findRegion('DynamoDB', new DynamoDBClient({}), endpoint);

/** The SDK's own looks at each character before, which takes as long as all the rest. */
function bytesOf(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  // Whatever is none was left out.
  if (bytes.length !== (base64.length / 4) * 3 - padding) throw new TypeError('These bytes are no base64');
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
