import { useState } from 'react';
import type { ArchiveRow } from '../../src/backup/archive-list.ts';
import { useFeed } from '../hook/use-feed.ts';
import { useFilter } from '../hook/use-filter.ts';
import { ActionFlow } from '../part/action-flow.tsx';
import { ArchiveTable } from '../part/archive-table.tsx';
import { RestoreChoice } from '../part/restore-choice.tsx';
import { ValidationView } from '../part/validation-view.tsx';
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
  const leave = () => {
    setDoing(undefined);
    void ports.feeds.archives.refresh();
  };
  switch (doing?.what) {
    case 'validate':
      return <ValidationView name={doing.archive.name} onClose={leave} />;
    case 'choose':
      return (
        <RestoreChoice
          archive={doing.archive.name}
          onChoose={(onExisting) =>
            setDoing({
              what: 'act',
              request: { action: 'backup restore', input: { archive: doing.archive.name, onExisting } },
            })
          }
          onCancel={leave}
        />
      );
    case 'act':
      return <ActionFlow request={doing.request} onClose={leave} />;
    default:
      return (
        <ArchiveTable
          state={archives}
          filter={filter}
          onCreate={() =>
            setDoing({
              what: 'act',
              request: {
                action: 'backup create',
                input: { includeCompleted: ports.world.backupCompletedGames },
              },
            })
          }
          onValidate={(archive) => setDoing({ what: 'validate', archive })}
          onRestore={(archive) => setDoing({ what: 'choose', archive })}
        />
      );
  }
}
