/** Moves events out of the head: copied first, then dropped there under the condition that nobody has written since. */
import { type Head, inlineEvents, spansAttribute } from './head.ts';
import { updateHead, writePieces } from './head-write.ts';
import type { Call } from './requests.ts';
import { addRevisions } from './spans.ts';

/**
 * The largest event that goes into the head, and the most bytes of them there. Each write of a head costs a unit for
 * every KB of it, each spilled event one, and each spill two round trips.
 */
export const inlineBytes = 4096;
/** Each takes a name in the update that drops them. */
const mostInline = 32;

export const tailIsLong = (head: Head): boolean => !isShortTail(inlineEvents(head).map(({ bytes }) => bytes));

/** Events that may stay in a head. */
export function isShortTail(events: readonly Uint8Array[]): boolean {
  return events.length <= mostInline && events.reduce((sum, { length }) => sum + length, 0) <= inlineBytes;
}

/** Leaves everything as it is when somebody else writes meanwhile: the next append tries again. */
export async function spill(call: Call, table: string, head: Head): Promise<void> {
  const { id, generation } = head;
  const tail = inlineEvents(head).slice(0, 4 * mostInline);
  if (generation === undefined || tail.length === 0) return;
  await writePieces(
    call,
    table,
    id,
    tail.map(({ revision, bytes }) => [{ kind: 'e', revision, write: generation, chunks: 1 }, bytes]),
  );
  const spans = addRevisions(
    head.spans,
    tail.map(({ revision }) => revision),
  );
  const change = { set: { spans: spansAttribute(spans) }, remove: tail.map(({ name }) => name) };
  await updateHead(call, table, id, call.newId(), change, { readAs: head });
}
