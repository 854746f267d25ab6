import { ByteSet } from '../../base/byte-set.ts';
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
  const seen = new ByteSet();
  const pages = servers.keys(scanPattern(servers.prefix));
  for (;;) {
    const next = await interruptible(() => pages.next(), signal);
    if (next.done) return;
    const page = foundKeys(
      servers,
      next.value.filter((key) => seen.add(key)),
    );
    if (page.length > 0) yield page;
  }
}

/** Those that are games. */
export function foundKeys({ prefix }: Pick<Servers, 'prefix'>, keys: readonly Buffer[]): FoundKey[] {
  const found: FoundKey[] = [];
  for (const key of keys) {
    const record = recordKeyOf(key, prefix);
    if (record) found.push({ key, record });
  }
  return found;
}
