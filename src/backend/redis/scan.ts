import { interruptible } from '../../base/interruptible.ts';
import type { RecordKey } from '../../game/record.ts';
import { recordKeyOf, scanPattern } from './keys.ts';
import type { Servers } from './servers.ts';

export interface FoundKey {
  /** As the server has it. */
  readonly key: Buffer;
  readonly record: RecordKey;
}

/** Every game of both layouts, once: SCAN itself may repeat a key. Pages may be of any size but empty. */
export async function* scanKeys(
  servers: Pick<Servers, 'keys' | 'prefix'>,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly FoundKey[]> {
  const seen = new Set<string>();
  const pages = servers.keys(scanPattern(servers.prefix));
  for (;;) {
    const next = await interruptible(() => pages.next(), signal);
    if (next.done) return;
    const page = next.value.filter((key) => isNew(seen, key)).flatMap((key) => foundKey(key, servers.prefix));
    if (page.length > 0) yield page;
  }
}

function isNew(seen: Set<string>, key: Buffer): boolean {
  const text = key.toString('latin1');
  if (seen.has(text)) return false;
  seen.add(text);
  return true;
}

function foundKey(key: Buffer, prefix: string): FoundKey[] {
  const record = recordKeyOf(key, prefix);
  return record ? [{ key, record }] : [];
}
