/** Which platform the values mean. */
import type { ConfigProblem, Layer } from './given.ts';
import { placeOf } from './given.ts';
import type { Values, VariableName } from './schema.ts';

interface Limits {
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
}

export type Target =
  | { readonly kind: 'sandbox' }
  | ({
      readonly kind: 'redis';
      readonly url: string;
      readonly caFile?: string;
      readonly sentinelLogin?: { readonly username?: string; readonly password: string };
      readonly readFrom: 'primary' | 'replica';
      readonly keyPrefix?: string;
    } & Limits)
  | ({ readonly kind: 'dynamodb'; readonly table: string; readonly endpoint?: string } & Limits);

/** A backend that a platform of its own can be. */
export type Store = Exclude<Target, { kind: 'sandbox' }>;
export type StoresByKind = { readonly [Kind in Store['kind']]: Extract<Store, { kind: Kind }> };

type Kind = Target['kind'];

export interface Choice {
  readonly primary: Kind;
  readonly secondary: Store['kind'] | undefined;
  readonly problems: readonly ConfigProblem[];
}

/** @param given tells what was set from what is only a default */
export function choosePlatform(values: Partial<Values>, given: Layer): Choice {
  const isSet = (name: VariableName) => given[name] !== undefined && given[name].source.kind !== 'default';
  const problem = (variable: VariableName, what: string, next: string): ConfigProblem[] => [
    { variable, place: given[variable] ? placeOf(given[variable].source) : 'not set', what, next },
  ];
  const hasRedis = isSet('REDIS_URL');
  const hasDynamo = isSet('DYNAMODB_STATE_TABLE') || isSet('DYNAMODB_ENDPOINT');
  const { STATE_STORAGE_BACKEND: backend, STATE_PRIMARY_BACKEND: primaryBackend } = values;
  const chosen = backend ?? primaryBackend;
  const byAddress = hasRedis ? 'redis' : hasDynamo ? 'dynamodb' : 'embedded';
  const primary = chosen ?? byAddress;
  const isTwofold = backend && primaryBackend && backend !== primaryBackend;
  const secondary = values.STATE_SECONDARY_BACKEND;
  const problems = [
    ...(!chosen && hasRedis && hasDynamo
      ? problem(
          'STATE_STORAGE_BACKEND',
          'is not set, while both REDIS_URL and DYNAMODB_… are: which one is meant?',
          'Set STATE_STORAGE_BACKEND to redis or dynamodb',
        )
      : []),
    ...(isTwofold
      ? problem(
          'STATE_PRIMARY_BACKEND',
          `is ${primaryBackend}, and STATE_STORAGE_BACKEND is ${backend}`,
          'Unset STATE_STORAGE_BACKEND: STATE_PRIMARY_BACKEND says the same where there are two backends',
        )
      : []),
    // Of two that are named as the first, nobody knows which the second is compared with.
    ...(secondary === primary && !isTwofold
      ? problem('STATE_SECONDARY_BACKEND', 'is the primary backend too', 'Name the other backend')
      : []),
    ...(secondary === 'embedded'
      ? problem('STATE_SECONDARY_BACKEND', 'cannot be the sandbox', 'Set it to redis or dynamodb')
      : []),
    ...(secondary && secondary !== 'embedded' && primary === 'embedded'
      ? problem('STATE_SECONDARY_BACKEND', 'is set, but the primary is the sandbox', 'Name a primary backend')
      : []),
    ...(values.STATE_DUAL_WRITE && !secondary
      ? problem('STATE_DUAL_WRITE', 'needs a second backend', 'Set STATE_SECONDARY_BACKEND')
      : []),
  ];
  return {
    primary: primary === 'embedded' ? 'sandbox' : primary,
    secondary: secondary === 'embedded' ? undefined : secondary,
    problems,
  };
}

/** What is configured of both, whichever is used. */
export function storesOf(values: Values): StoresByKind {
  const limits = {
    poolSize: values.STATE_POOL_SIZE,
    connectTimeoutMs: values.STATE_CONN_TIMEOUT,
    operationTimeoutMs: values.STATE_OP_TIMEOUT,
  };
  const { DYNAMODB_STATE_TABLE: table, DYNAMODB_ENDPOINT: endpoint } = values;
  return {
    redis: redisOf(values, limits),
    dynamodb: { kind: 'dynamodb', table, ...(endpoint === undefined ? {} : { endpoint }), ...limits },
  };
}

function redisOf(values: Values, limits: Limits): StoresByKind['redis'] {
  const { REDIS_CA_FILE: caFile, REDIS_KEY_PREFIX: keyPrefix } = values;
  const { REDIS_SENTINEL_USERNAME: username, REDIS_SENTINEL_PASSWORD: password } = values;
  return {
    kind: 'redis',
    url: values.REDIS_URL,
    ...(caFile === undefined ? {} : { caFile }),
    ...(password === undefined
      ? {}
      : { sentinelLogin: { ...(username === undefined ? {} : { username }), password } }),
    readFrom: values.REDIS_READ_FROM,
    ...(keyPrefix === undefined ? {} : { keyPrefix }),
    ...limits,
  };
}
