import { asFault, type FaultCode } from '../base/fault.ts';
import { inParallel } from '../base/in-parallel.ts';
import type { EncodedRecord } from '../game/encoded-record.ts';
import { decodeRecord } from '../game/record-codec.ts';
import type { Backend, Created, CreateOutcome } from './port.ts';

/** What one game's record is to blame for; any other fault concerns the games after it too. */
export const faultsOfOneGame: readonly FaultCode[] = ['refused', 'game-invalid', 'record-unreadable'];

/** Each is one compare-and-replace or two. */
const parallelGames = 32;

/** `createRecords` of the port: by the backend's own way where it has one, else one by one. Never rejects. */
export async function createRecords(
  backend: Backend,
  records: readonly EncodedRecord[],
  signal?: AbortSignal,
): Promise<readonly CreateOutcome[]> {
  if (records.length === 0) return [];
  if (!backend.createRecords) return createSingly(backend, records, signal);
  try {
    return await backend.createRecords(records, signal);
  } catch (thrown) {
    const fault = asFault(thrown);
    return records.map(() => ({ kind: 'failed', fault }));
  }
}

async function createSingly(
  backend: Backend,
  records: readonly EncodedRecord[],
  signal: AbortSignal | undefined,
): Promise<readonly CreateOutcome[]> {
  const outcomes = records.map((): CreateOutcome => ({ kind: 'not-begun' }));
  let isOver = false;
  await inParallel([...records.entries()], parallelGames, async ([at, record]) => {
    if (isOver || signal?.aborted) return;
    try {
      outcomes[at] = await createOne(backend, record, signal);
    } catch (thrown) {
      outcomes[at] = { kind: 'failed', fault: asFault(thrown) };
      isOver = true;
    }
  });
  return outcomes;
}

/** @throws Fault that is not this record's alone */
export async function createOne(
  backend: Pick<Backend, 'replaceRecord'>,
  { bytes }: EncodedRecord,
  signal?: AbortSignal,
): Promise<Created> {
  try {
    return await backend.replaceRecord(decodeRecord(bytes), 'absent', signal);
  } catch (thrown) {
    const fault = asFault(thrown);
    if (faultsOfOneGame.includes(fault.code)) return { kind: 'refused', fault };
    throw fault;
  }
}
