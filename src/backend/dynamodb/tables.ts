/**
 * Where the layouts are. The configured table is the legacy one when `game_id` alone is its key, and then the current
 * layout has a table of its own beside it; with the sort key `part` it is the current one, and there is no legacy.
 */
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { Fault } from '../../base/fault.ts';
import { isMissingTable, isUnknownOperation } from './faults.ts';
import type { Call } from './requests.ts';

export interface Tables {
  readonly current: { readonly name: string; readonly exists: boolean };
  readonly legacy: LegacyTable | undefined;
  /** What the table of the current layout was given; undefined on demand. */
  readonly writesPerSecond?: number;
}

export interface LegacyTable {
  readonly name: string;
  /** The attribute by which the table deletes items itself; undefined where it does not. */
  readonly ttl: string | undefined;
}

/** Beside a legacy table. */
export const currentName = (table: string) => `${table}-gk1`;

/** A table that is missing may be made at any moment. */
const missingKeptMs = 1_000;

export interface TableLookup {
  /** Looked up with the first call, and again when that failed. */
  find(call: Call): Promise<Tables>;
  /** What was found is no longer so. */
  forget(): void;
}

export function createTableLookup(table: string): TableLookup {
  let known: Promise<{ tables: Tables; untilMs: number }> | undefined;

  const ask = async (call: Call) => {
    const tables = await lookUp(table, call);
    return {
      tables,
      untilMs: tables.current.exists ? Number.POSITIVE_INFINITY : call.nowMs() + missingKeptMs,
    };
  };

  return {
    async find(call) {
      // Somebody else's look-up may have been interrupted: then this call asks itself.
      const found = await known?.catch(() => undefined);
      if (!found || call.nowMs() >= found.untilMs) known = ask(call);
      return (await (known ?? ask(call))).tables;
    },
    forget() {
      known = undefined;
    },
  };
}

/** @throws Fault where there is no table for games of the current layout */
export function currentForWriting({ current }: Tables): string {
  if (current.exists) return current.name;
  throw noCurrentTable(current.name);
}

export function noCurrentTable(name: string): Fault {
  return new Fault('backend-missing', `There is no table ${name} to keep games in`, {
    next: `Create the table ${name} with the partition key game_id and the sort key part, both strings`,
  });
}

/** @throws Fault where there is no table for games of the legacy layout */
export function legacyForWriting({ legacy, current }: Tables): LegacyTable {
  if (legacy) return legacy;
  throw noLegacyTable(current.name);
}

export function noLegacyTable(name: string): Fault {
  return new Fault('unsupported', `The table ${name} holds the current layout only, no legacy one`, {
    next: 'Point DYNAMODB_STATE_TABLE at the legacy table, or leave these games out',
  });
}

/** undefined for a table that does not exist. */
export async function describe(call: Call, name: string): Promise<TableDescription | undefined> {
  try {
    const { Table } = await call.send('read', (client, options) =>
      client.send(new DescribeTableCommand({ TableName: name }), options),
    );
    return Table;
  } catch (thrown) {
    if (isMissingTable(thrown)) return undefined;
    throw thrown;
  }
}

/** The attribute by which a table deletes items itself. */
export async function describeTtl(call: Call, name: string): Promise<string | undefined> {
  const { TimeToLiveDescription: ttl } = await call.send('read', (client, options) =>
    client.send(new DescribeTimeToLiveCommand({ TableName: name }), options),
  );
  const enabled = ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING';
  return enabled ? ttl.AttributeName : undefined;
}

async function lookUp(table: string, call: Call): Promise<Tables> {
  const found = await describe(call, table);
  if (!found) throw missing(table, call);
  if (kindOf(found) === 'current') {
    return { current: { name: table, exists: true }, legacy: undefined, ...limitOf(found) };
  }
  if (kindOf(found) !== 'legacy') throw strange(table, 'game_id, and for the current layout part');
  const [ttl, current] = await Promise.all([
    describeTtl(call, table).catch((thrown) => {
      if (isUnknownOperation(thrown)) return undefined;
      throw thrown;
    }),
    describe(call, currentName(table)),
  ]);
  if (current && kindOf(current) !== 'current') throw strange(currentName(table), 'game_id and part');
  return {
    current: { name: currentName(table), exists: current !== undefined },
    legacy: { name: table, ttl },
    ...(current ? limitOf(current) : {}),
  };
}

/** A table on demand says 0. */
function limitOf({ ProvisionedThroughput: given }: TableDescription): Pick<Tables, 'writesPerSecond'> {
  return given?.WriteCapacityUnits ? { writesPerSecond: given.WriteCapacityUnits } : {};
}

function kindOf({ KeySchema = [], AttributeDefinitions = [] }: TableDescription) {
  const strings = AttributeDefinitions.filter(({ AttributeType }) => AttributeType === 'S');
  const keys = KeySchema.filter(({ AttributeName }) =>
    strings.some((string) => string.AttributeName === AttributeName),
  ).map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}`);
  if (keys.length !== KeySchema.length) return undefined;
  if (keys.join() === 'HASH game_id') return 'legacy';
  return keys.sort().join() === 'HASH game_id,RANGE part' ? 'current' : undefined;
}

function missing(table: string, { location }: Call): Fault {
  return new Fault('backend-missing', `There is no table ${table} (${location})`, {
    next: 'Check DYNAMODB_STATE_TABLE and the AWS region, or create it with the keys game_id and part, both strings: for staging createDynamoDbTables of the library does',
  });
}

function strange(table: string, keys: string): Fault {
  return new Fault('unsupported', `The table ${table} has other keys than a table of games`, {
    next: `Name a table with the keys ${keys}, all strings`,
  });
}
