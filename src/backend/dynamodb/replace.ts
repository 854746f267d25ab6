/**
 * Compare and replace in the current layout. The new pieces are written first, under a generation of their own; one
 * conditional write of the head then decides, and the old pieces go. Interrupted anywhere, the old record stands or the
 * new one does, and what nobody names is not read; the next replacement or removal of the game deletes it.
 */
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { GameRecord, RecordKey } from '../../game/record.ts';
import { recordDigest } from '../../game/record-codec.ts';
import type { Expected, Replaced } from '../port.ts';
import { isConditionFailed, isTooLarge } from './faults.ts';
import { type Head, headKey } from './head.ts';
import { partsOfAll, putHead, sweep, versionCondition, writePieces } from './head-write.ts';
import { tooLarge } from './item-size.ts';
import { type LaidOut, layOut } from './lay-out.ts';
import { type Found, readGame, spilledRefs } from './read.ts';
import type { Call } from './requests.ts';

/** Younger pieces without a head may belong to a game that is being made; see pieces.ts. */
const unbornMs = 86_400_000;

export async function replaceGame(
  call: Call,
  table: string,
  record: GameRecord,
  expected: Expected,
): Promise<Replaced> {
  const found = await readGame(call, table, record.id);
  if (!isExpected(found, expected)) return { kind: 'changed' };
  const laidOut = layOut(record, { version: call.newId(), generation: call.newId() });
  await writePieces(call, table, record.id, laidOut.pieces, found.head ? undefined : call.nowMs());
  if (!(await decide(call, table, record.id, laidOut, found.head))) return { kind: 'changed' };
  await sweep(call, table, record.id, dead(call, found));
  return { kind: 'written' };
}

/** Puts the head over pieces that are there. Where it is refused it says false, and leaves nothing of them. */
export async function decide(
  call: Call,
  table: string,
  id: string,
  { head, pieces }: LaidOut,
  before: Head | undefined,
): Promise<boolean> {
  const sweepPieces = () => sweep(call, table, id, partsOfAll(pieces.map(([ref]) => ref)));
  try {
    const { kind } = await putHead(call, table, head, before);
    if (kind === 'refused') await sweepPieces();
    return kind === 'written';
  } catch (thrown) {
    // Otherwise it may still be carried out, and needs its pieces.
    if (!isTooLarge(thrown)) throw thrown;
    await sweepPieces();
    throw tooLarge(id);
  }
}

export async function removeGame(
  call: Call,
  table: string,
  { id }: RecordKey,
  expected: string,
): Promise<Replaced> {
  const found = await readGame(call, table, id);
  const { head } = found;
  if (!head || !isExpected(found, expected)) return { kind: 'changed' };
  try {
    await call.send('once', (client, options) =>
      client.send(
        new DeleteItemCommand({
          TableName: table,
          Key: headKey(id),
          ...versionCondition(head),
          ReturnConsumedCapacity: 'TOTAL',
        }),
        options,
      ),
    );
  } catch (thrown) {
    if (isConditionFailed(thrown)) return { kind: 'changed' };
    throw thrown;
  }
  await sweep(call, table, id, dead(call, found));
  return { kind: 'written' };
}

/** Never when something lies beside the game that a record would not say. */
function isExpected({ record, foreign }: Found, expected: Expected): boolean {
  return foreign.length === 0 && (record ? recordDigest(record) : 'absent') === expected;
}

/** What can never be named again, once the head that was found is replaced. */
function dead(call: Call, { head, pieces }: Found): string[] {
  const named = new Set(head ? partsOfAll([...head.pieces, ...spilledRefs(head)]) : []);
  return [...pieces].flatMap(([part, { born }]) => {
    const mayBeNamed = !named.has(part) && born?.N !== undefined && call.nowMs() - Number(born.N) < unbornMs;
    return mayBeNamed ? [] : [part];
  });
}
