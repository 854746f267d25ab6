import type { Encryption } from '../backup/archive-file.ts';
import type { Packing } from '../backup/archiving.ts';
import { Fault } from '../base/fault.ts';
import type { Settings } from '../config/settings.ts';

/** How archives are kept where nobody says otherwise. @throws Fault `config-invalid`: never in the open instead */
export function packingOf(settings: Settings): Packing {
  return { codec: settings.backupCompress ? 'zstd' : 'none', encryption: encryptionOf(settings) };
}

/** Whether archives are encrypted, or may have been. */
export function usesKeys({ backupEncrypt, backupKeys }: Settings): boolean {
  return backupEncrypt || Object.values(backupKeys).some((value) => value !== undefined);
}

function encryptionOf({ backupEncrypt, backupRecipients, backupKeys }: Settings): Encryption {
  if (!backupEncrypt) return { kind: 'none' };
  if (backupRecipients.length > 0) return { kind: 'recipients', recipients: backupRecipients };
  if (backupKeys.passphrase ?? backupKeys.passphraseFile) return { kind: 'passphrase' };
  throw new Fault(
    'config-invalid',
    'STATE_BACKUP_ENCRYPT asks for encrypted archives, and nothing says for whom',
    {
      next: 'Set STATE_BACKUP_RECIPIENTS to public keys of age, or STATE_BACKUP_PASSPHRASE_FILE',
    },
  );
}
