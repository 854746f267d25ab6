import { Fault } from '../../base/fault.ts';

// Primary result codes, https://sqlite.org/rescode.html
const sqlite = { perm: 3, busy: 5, readonly: 8, corrupt: 11, full: 13, cantOpen: 14, notADatabase: 26 };

const noAccess = 'Check the owner and the permissions of the folder';
const damaged = 'Move the file away and restore the games from a backup';

/** Another process holds the lock. */
export function isBusy(thrown: unknown): boolean {
  return primaryCode(thrown) === sqlite.busy;
}

/** Turns what SQLite or the file system threw into a Fault that names the file. */
export function storeFault(thrown: unknown, file: string): Fault {
  if (thrown instanceof Fault) return thrown;
  const because = thrown instanceof Error ? thrown.message : String(thrown);
  const failed = (what: string, next: string) =>
    new Fault('backend-failed', `${what} (${file}): ${because}`, { next, cause: thrown });
  const denied = () =>
    new Fault('backend-denied', `The games' file may not be used (${file}): ${because}`, {
      next: noAccess,
      cause: thrown,
    });
  switch (primaryCode(thrown) ?? errorCode(thrown)) {
    case sqlite.perm:
    case sqlite.readonly:
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return denied();
    case sqlite.full:
    case 'ENOSPC':
    case 'EDQUOT':
      return failed('The disk is full; nothing was written', 'Free space on this disk');
    case sqlite.corrupt:
    case sqlite.notADatabase:
      return failed("The games' file is damaged", damaged);
    case sqlite.cantOpen:
    case 'ENOTDIR':
    case 'EEXIST':
      return failed(
        "The games' file cannot be opened",
        'Check that the path is a folder that you may read and write',
      );
    default:
      return failed("The games' file cannot be used", 'Check the disk and the system log');
  }
}

function primaryCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return undefined;
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : undefined;
}

function errorCode(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
