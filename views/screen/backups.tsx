import { useState } from 'react';
import type { ArchiveRow } from '../../src/backup/archive-list.ts';
import { Fault } from '../../src/base/fault.ts';
import { ArchiveTable } from '../backups/archive-table.tsx';
import { RestoreChoice } from '../backups/restore-choice.tsx';
import { ValidationView } from '../backups/validation-view.tsx';
import { useFeed } from '../hook/use-feed.ts';
import { useFilter } from '../hook/use-filter.ts';
import type { KeyRow } from '../keymap.ts';
import { ActionFlow } from '../part/action-flow.tsx';
import type { ActionRequest } from '../ports.ts';
import { useShell } from '../shell.ts';

type Doing =
  | { readonly what: 'validate'; readonly archive: ArchiveRow }
  | { readonly what: 'choose'; readonly archive: ArchiveRow }
  | { readonly what: 'act'; readonly request: ActionRequest };

/** Archives, and what can be done with them. */
export function Backups() {
  const { ports } = useShell();
  const archives = useFeed(ports.feeds.archives);
  const filter = useFilter();
  const [doing, setDoing] = useState<Doing>();
  const act = (request: ActionRequest) => setDoing({ what: 'act', request });
  const leave = () => {
    setDoing(undefined);
    void ports.feeds.archives.refresh();
  };
  const keysFor = (archive: ArchiveRow | undefined): readonly KeyRow[] => {
    const none = archive ? undefined : 'no archive is selected';
    const unread = archive?.manifest instanceof Fault ? archive.manifest : undefined;
    const unreadable = none ?? (unread && `this archive cannot be read: ${unread.message}`);
    return [
      {
        keys: ['c'],
        what: 'create',
        run: () =>
          act({ action: 'backup create', input: { includeCompleted: ports.world.backupCompletedGames } }),
      },
      {
        keys: ['v'],
        what: 'validate',
        disabled: none,
        run: () => archive && setDoing({ what: 'validate', archive }),
      },
      {
        keys: ['t'],
        what: 'restore',
        changesTarget: true,
        disabled: unreadable,
        run: () => archive && setDoing({ what: 'choose', archive }),
      },
    ];
  };
  switch (doing?.what) {
    case 'validate':
      return <ValidationView name={doing.archive.name} onClose={leave} />;
    case 'choose':
      return (
        <RestoreChoice
          archive={doing.archive.name}
          onChoose={(onExisting) =>
            act({ action: 'backup restore', input: { archive: doing.archive.name, onExisting } })
          }
          onCancel={leave}
        />
      );
    case 'act':
      return <ActionFlow request={doing.request} onClose={leave} />;
    default:
      return <ArchiveTable state={archives} filter={filter} keysFor={keysFor} />;
  }
}
