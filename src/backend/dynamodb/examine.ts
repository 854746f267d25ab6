import { DescribeContinuousBackupsCommand, type TableDescription } from '@aws-sdk/client-dynamodb';
import type { Fault } from '../../base/fault.ts';
import type { Finding } from '../port.ts';
import { dynamoFault, isDenied, isUnknownOperation } from './faults.ts';
import type { Call } from './requests.ts';
import { describe, describeTtl, type Tables } from './tables.ts';

export async function examineTables(call: Call, { current, legacy }: Tables): Promise<Finding[]> {
  const names = [...(current.exists ? [current.name] : []), ...(legacy ? [legacy.name] : [])];
  const found = await Promise.all(names.map((name) => examineTable(call, name, name === current.name)));
  return [...(current.exists ? [] : [noCurrentTable(current.name)]), ...found.flat()];
}

async function examineTable(call: Call, name: string, isCurrent: boolean): Promise<Finding[]> {
  const table = await describe(call, name);
  return [
    status(name, table),
    billing(name, table),
    await tolerant(call, `${name} point-in-time recovery`, () => recovery(call, name)),
    await tolerant(call, `${name} time to live`, () => timeToLive(call, name, isCurrent)),
  ];
}

function noCurrentTable(name: string): Finding {
  return {
    name: `${name} table`,
    kind: 'problem',
    found: 'it does not exist, so nothing can be saved in the current layout',
    next: `Create the table ${name} with the partition key game_id and the sort key part, both strings`,
  };
}

function status(table: string, description: TableDescription | undefined): Finding {
  const name = `${table} table`;
  const found = description?.TableStatus ?? 'it does not exist';
  if (found === 'ACTIVE' || found === 'UPDATING') return { name, kind: 'ok', found };
  return { name, kind: 'problem', found, next: 'Look at this table in the AWS console' };
}

function billing(table: string, description: TableDescription | undefined): Finding {
  const name = `${table} capacity`;
  if (description?.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST') {
    return { name, kind: 'ok', found: 'on demand' };
  }
  const { ReadCapacityUnits: reads, WriteCapacityUnits: writes } = description?.ProvisionedThroughput ?? {};
  if (reads === undefined || writes === undefined) {
    return { name, kind: 'unknown', found: 'the table does not say', next: 'Look at its capacity mode' };
  }
  return {
    name,
    kind: 'warning',
    found: `provisioned, ${reads} read and ${writes} write units`,
    next: 'Make sure that it scales by itself, or is enough for the peak and for a backup',
  };
}

async function recovery(call: Call, table: string): Promise<Omit<Finding, 'name'>> {
  const { ContinuousBackupsDescription: backups } = await call.send('read', (client, options) =>
    client.send(new DescribeContinuousBackupsCommand({ TableName: table }), options),
  );
  const found = backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus ?? 'DISABLED';
  if (found === 'ENABLED') return { kind: 'ok', found: 'on' };
  return { kind: 'warning', found: 'off', next: 'Turn on point-in-time recovery for this table' };
}

async function timeToLive(call: Call, table: string, isCurrent: boolean): Promise<Omit<Finding, 'name'>> {
  const attribute = await describeTtl(call, table);
  if (!isCurrent) return { kind: 'ok', found: attribute === undefined ? 'off' : `by ${attribute}` };
  if (attribute === 'ttl') return { kind: 'ok', found: 'by ttl' };
  return {
    kind: 'warning',
    found: attribute === undefined ? 'off' : `by ${attribute}`,
    next: 'Turn it on for the attribute ttl, or games that have expired keep their place',
  };
}

/** What cannot be looked at is unknown, which is no failure. */
async function tolerant(
  call: Call,
  name: string,
  look: () => Promise<Omit<Finding, 'name'>>,
): Promise<Finding> {
  try {
    return { name, ...(await look()) };
  } catch (thrown) {
    if (!isDenied(thrown) && !isUnknownOperation(thrown)) throw thrown;
    const { message, next = '' } = dynamoFault(thrown, call.location) satisfies Fault;
    return { name, kind: 'unknown', found: message, next };
  }
}
