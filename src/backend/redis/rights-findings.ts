/** What this user may not do, as a finding. */
import type { Finding } from '../port.ts';

/** Besides scripts; what they run is checked in `scripts.ts`. */
const toRead = ['SCAN', 'TYPE', 'PEXPIRETIME', 'HGETALL', 'HKEYS', 'HGET', 'HLEN', 'EXISTS'];

/** @param lacking commands that the ACL withholds from one of the layouts' keys */
export function rights(lacking: readonly string[]): Finding {
  const name = 'rights';
  const reading = lacking.filter((command) => toRead.includes(command));
  if (reading.length > 0) {
    return {
      name,
      kind: 'problem',
      found: `this user may not read all games: ${reading.join(', ')}`,
      next: 'Grant +@read on the keys gk1:{game:* and game:*',
    };
  }
  if (lacking.length > 0) {
    return {
      name,
      kind: 'warning',
      found: `this user may not write: ${lacking.join(', ')}`,
      next: 'Grant +@write to play or restore games; looking and backups work without',
    };
  }
  return { name, kind: 'ok', found: 'this user may read, write and scan' };
}

export const scriptsRefused: Finding = {
  name: 'rights',
  kind: 'problem',
  found: 'this user may not run scripts (EVAL, EVALSHA), by which games are read and written',
  next: 'Grant +@scripting',
};
