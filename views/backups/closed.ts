/** Whether an archive can be opened here, as far as is known before it is tried. */
import type { ArchiveRow } from '../../src/backup/archive-list.ts';
import { Fault } from '../../src/base/fault.ts';

/** What opens encrypted archives. */
export interface Openers {
  readonly knowsPassphrase: boolean;
  readonly hasIdentity: boolean;
}

const openedBy = ({ manifest }: ArchiveRow): 'nothing' | 'passphrase' | 'identity' => {
  if (manifest instanceof Fault || manifest.cipher === 'none') return 'nothing';
  return manifest.recipients?.length ? 'identity' : 'passphrase';
};

/** Why nothing of it can be read. Without an identity, what this session has made opens all the same. */
export const whyClosed = (archive: ArchiveRow, { knowsPassphrase }: Openers): string | undefined =>
  openedBy(archive) === 'passphrase' && !knowsPassphrase ? 'its passphrase is not known here' : undefined;

/** What would open it, in a line. */
export function openingHint(archive: ArchiveRow, openers: Openers): string | undefined {
  if (whyClosed(archive, openers)) {
    return 'Closed: start the console with STATE_BACKUP_PASSPHRASE_FILE to open it';
  }
  if (openedBy(archive) === 'identity' && !openers.hasIdentity) {
    return 'Not opened without STATE_BACKUP_IDENTITY_FILE, unless this session made it';
  }
  return undefined;
}
