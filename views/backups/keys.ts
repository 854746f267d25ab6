import type { ArchiveRow } from '../../src/backup/archive-list.ts';
import { Fault } from '../../src/base/fault.ts';
import type { KeyRow } from '../keymap.ts';
import { type Openers, whyClosed } from './closed.ts';

interface Deeds {
  create(): void;
  validate(archive: ArchiveRow): void;
  restore(archive: ArchiveRow): void;
  diff(archive: ArchiveRow): void;
  show(archive: ArchiveRow): void;
  prune(): void;
  undo(): void;
  retire(): void;
  /** Asks for options. @param words as behind `gamekeeper backup` */
  type(words: string): void;
}

/** What can be done, with the archive in front where it takes one. */
export function archiveKeys(
  archive: ArchiveRow | undefined,
  openers: Openers,
  deeds: Deeds,
): readonly KeyRow[] {
  const none = archive ? undefined : 'no archive is selected';
  const unopened = none ?? (archive && whyClosed(archive, openers));
  const unread = archive?.manifest instanceof Fault ? archive.manifest : undefined;
  const unreadable = unopened ?? (unread && `this archive cannot be read: ${unread.message}`);
  const withArchive = (deed: (archive: ArchiveRow) => void) => () => archive && deed(archive);
  return [
    { keys: ['c'], what: 'create', run: deeds.create },
    { keys: ['v'], what: 'validate', disabled: unopened, run: withArchive(deeds.validate) },
    {
      keys: ['t'],
      what: 'restore',
      changesTarget: true,
      disabled: unreadable,
      run: withArchive(deeds.restore),
    },
    { keys: ['d'], what: 'diff', disabled: unreadable, run: withArchive(deeds.diff) },
    { keys: ['g'], what: 'game', disabled: unreadable, run: withArchive(deeds.show) },
    { keys: ['u'], what: 'undo', changesTarget: true, run: deeds.undo },
    { keys: ['p'], what: 'prune', changesTarget: true, run: deeds.prune },
    { keys: ['f'], what: 'retire finished games', changesTarget: true, run: deeds.retire },
    { keys: ['C'], what: 'create with options', run: () => deeds.type('create ') },
    {
      keys: ['T'],
      what: 'restore with options',
      changesTarget: true,
      disabled: unreadable,
      run: withArchive(({ name }) => deeds.type(`restore ${name} `)),
    },
  ];
}
