/** Empty places to keep games in, for suites that run on every backend. */
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import type { Backend } from '../../src/backend/port.ts';
import { newTables } from './dynamodb.ts';
import { openAddress } from './open-address.ts';
import { tempFolder } from './temp-folder.ts';

export interface Place {
  /** One more client of this place, closed with the test. */
  open(): Backend;
  /** As `openAddress` takes it, for other processes. */
  readonly address: string;
}

export async function embeddedPlace(): Promise<Place> {
  return placeAt(`embedded:${tempFolder()}`);
}

/** Empties the server. @param servers those behind the URL, when it is no server's own */
export async function redisPlace(
  url: string,
  servers: readonly { readonly url: string }[] = [{ url }],
): Promise<Place> {
  for (const server of servers) {
    const redis = new Redis(server.url);
    await redis.flushall();
    redis.disconnect();
  }
  return placeAt(url);
}

/** Tables of its own. */
export async function dynamoDbPlace(endpoint: string): Promise<Place> {
  return placeAt(`dynamodb:${endpoint}#${await newTables(endpoint)}`);
}

function placeAt(address: string): Place {
  return {
    address,
    open() {
      const backend = openAddress(address);
      onTestFinished(() => backend.close());
      return backend;
    },
  };
}
