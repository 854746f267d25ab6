import type { Clock } from '../base/clock.ts';
import type { Answer, PlatformClient, Written } from '../platform/client.ts';
import type { BulkUpdate, Flags } from '../platform/schemas.ts';
import type { FlagStore, FlagWrite } from './store.ts';

/** The flags as the game servers' own API reads and writes them. */
export function createHttpFlagStore(client: PlatformClient, clock: Clock): FlagStore {
  return {
    place: `feature flags of ${client.servers.join(', ')}`,
    async read(signal) {
      const answers = await client.flags(signal);
      return {
        atMs: clock.now(),
        servers: answers.map((answer) =>
          'fault' in answer ? answer : { server: answer.server, flags: answer.value },
        ),
      };
    },
    async write(update, signal) {
      const before = await client.flags(signal);
      const written = await client.updateFlags(update, signal);
      return written.flatMap((row) =>
        rowsOf(
          update,
          row,
          before.find(({ server }) => server === row.server),
        ),
      );
    },
  };
}

function rowsOf(update: BulkUpdate, written: Written, before: Answer<Flags> | undefined): FlagWrite[] {
  const flags = before && 'value' in before ? before.value : undefined;
  return update.map(({ name, enabled }) => {
    const row = { server: written.server, flag: name };
    if (written.kind !== 'applied') return { ...row, kind: written.kind, fault: written.fault };
    return { ...row, kind: flags?.[name].enabled === enabled ? 'unchanged' : 'changed' };
  });
}
