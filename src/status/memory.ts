/** What all servers say of their memory, as one list. */
import type { UnpersistedGames } from '../platform/admin-schemas.ts';
import type { Status } from './status.ts';

/** The longest first. */
export const waitingIn = (memory: Status['memory']): UnpersistedGames['waiting'] =>
  told(memory, ({ waiting }) => waiting).sort((a, b) => Date.parse(a.since) - Date.parse(b.since));

export const divergedIn = (memory: Status['memory']): UnpersistedGames['diverged'] =>
  told(memory, ({ diverged }) => diverged);

/** The newest first. */
export const lostIn = (memory: Status['memory']): UnpersistedGames['lost'] =>
  told(memory, ({ lost }) => lost).sort((a, b) => Date.parse(b.at) - Date.parse(a.at));

const told = <T>(memory: Status['memory'], list: (games: UnpersistedGames) => readonly T[]): T[] =>
  (memory ?? []).flatMap((row) => ('value' in row ? list(row.value) : []));
