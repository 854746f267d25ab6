import type { Finding } from '../backend/port.ts';
import type { Encryption } from './archive-file.ts';
import type { ArchiveKeys } from './archive-keys.ts';

/** Whether archives can be encrypted as configured, and what is made so can be opened here. @throws Fault as ArchiveKeys */
export async function lookAtKeys(keys: ArchiveKeys, encryption: Encryption): Promise<Finding> {
  const name = 'encryption';
  if (await keys.opens(encryption)) {
    return {
      name,
      kind: 'ok',
      found:
        encryption.kind === 'none'
          ? 'not for new archives; the keys of others can be read'
          : 'what is encrypted can be opened here',
    };
  }
  return {
    name,
    kind: 'warning',
    found: 'archives are encrypted, and cannot be opened here once the program that made them has ended',
    next: 'Set STATE_BACKUP_IDENTITY_FILE where archives are validated and restored',
  };
}
