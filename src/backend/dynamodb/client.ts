import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../base/fault.ts';

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
  return new DynamoDBClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    // Ours are in requests.ts: they know which requests may be sent twice.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: operationTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
}

/**
 * The region that AWS's own variables and files say; an endpoint of somebody's own takes any.
 *
 * @throws Fault `config-invalid` without one where it is needed
 */
export async function findRegion(endpoint: string | undefined): Promise<string> {
  const client = new DynamoDBClient({});
  try {
    return await client.config.region();
  } catch (cause) {
    if (endpoint !== undefined) return 'us-east-1';
    throw new Fault('config-invalid', 'No AWS region is set for DynamoDB', {
      next: 'Set AWS_REGION, or a region in the AWS profile',
      cause,
    });
  } finally {
    client.destroy();
  }
}
