import { useState } from 'react';
import type { ArchiveRow } from '../../src/backup/archive-list.ts';
import { idText } from '../../src/game/record-words.ts';
import { ArchiveTable } from '../backups/archive-table.tsx';
import { ArchivedGameView } from '../backups/archived-game.tsx';
import { DiffView } from '../backups/diff-view.tsx';
import { GamePick } from '../backups/game-pick.tsx';
import { archiveKeys } from '../backups/keys.ts';
import { type OnExisting, RestoreChoice } from '../backups/restore-choice.tsx';
import { SidePick } from '../backups/side-pick.tsx';
import type { Sides } from '../backups/sides.ts';
import { TypedAction } from '../backups/typed-action.tsx';
import { UndoPick } from '../backups/undo-pick.tsx';
import { ValidationView } from '../backups/validation-view.tsx';
import { useFeed } from '../hook/use-feed.ts';
import { useFilter } from '../hook/use-filter.ts';
import { ActionFlow } from '../part/action-flow.tsx';
import type { ActionRequest } from '../ports.ts';
import { useShell } from '../shell.ts';

type Doing =
  | { readonly what: 'validate' | 'pick side' | 'pick game'; readonly archive: ArchiveRow }
  /** How to restore: all of the archive, or the game of this id. */
  | { readonly what: 'choose'; readonly archive: string; readonly id?: string }
  | { readonly what: 'diff'; readonly sides: Sides }
  | { readonly what: 'show'; readonly archive: ArchiveRow; readonly id: string }
  | { readonly what: 'pick restore' }
  | { readonly what: 'choose for undo'; readonly run: string }
  | { readonly what: 'type'; readonly words: string }
  | { readonly what: 'act'; readonly request: ActionRequest };

/** Archives, and what can be done with them. */
export function Backups() {
  const { ports } = useShell();
  const archives = useFeed(ports.feeds.archives);
  const filter = useFilter();
  const [doing, setDoing] = useState<Doing>();
  const [inFront, setInFront] = useState<string>();
  const act = (request: ActionRequest) => setDoing({ what: 'act', request });
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
          kind="restore"
          name={doing.id === undefined ? doing.archive : `${idText(doing.id)} of ${doing.archive}`}
          onChoose={(onExisting) => act({ action: 'backup restore', input: restoreInput(doing, onExisting) })}
          onCancel={leave}
        />
      );
    case 'pick side':
      return (
        <SidePick
          archive={doing.archive}
          archives={archives.last?.value.listing.archives ?? []}
          onPick={(sides) => setDoing({ what: 'diff', sides })}
          onCancel={leave}
        />
      );
    case 'diff':
      return (
        <DiffView
          sides={doing.sides}
          onRestore={(archive, id) => setDoing({ what: 'choose', archive, id })}
          onClose={leave}
        />
      );
    case 'pick game':
      return (
        <GamePick
          archive={doing.archive.name}
          onPick={(id) => setDoing({ what: 'show', archive: doing.archive, id })}
          onCancel={leave}
        />
      );
    case 'show':
      return (
        <ArchivedGameView
          archive={doing.archive.name}
          id={doing.id}
          onRestore={() => setDoing({ what: 'choose', archive: doing.archive.name, id: doing.id })}
          onClose={leave}
        />
      );
    case 'pick restore':
      return <UndoPick onPick={(run) => setDoing({ what: 'choose for undo', run })} onCancel={leave} />;
    case 'choose for undo':
      return (
        <RestoreChoice
          kind="undo"
          name={doing.run}
          onChoose={(onExisting) => act({ action: 'backup restore', input: { undo: doing.run, onExisting } })}
          onCancel={leave}
        />
      );
    case 'type':
      return <TypedAction words={doing.words} asks onClose={leave} />;
    case 'act':
      return <ActionFlow request={doing.request} onClose={leave} />;
    default:
      return (
        <ArchiveTable
          state={archives}
          filter={filter}
          inFront={inFront}
          onMove={setInFront}
          keysFor={(archive) =>
            archiveKeys(archive, ports.world.archiveOpeners, {
              create: () => act(ports.typed.read('backup create')),
              validate: (chosen) => setDoing({ what: 'validate', archive: chosen }),
              restore: (chosen) => setDoing({ what: 'choose', archive: chosen.name }),
              diff: (chosen) => setDoing({ what: 'pick side', archive: chosen }),
              show: (chosen) => setDoing({ what: 'pick game', archive: chosen }),
              prune: () => act(ports.typed.read('backup prune')),
              undo: () => setDoing({ what: 'pick restore' }),
              retire: () => act(ports.typed.read('backup retire')),
              type: (words) => setDoing({ what: 'type', words }),
            })
          }
        />
      );
  }
}

const restoreInput = (
  { archive, id }: Extract<Doing, { what: 'choose' }>,
  onExisting: OnExisting,
): ActionRequest<'backup restore'>['input'] => ({
  archive,
  onExisting,
  ...(id === undefined ? {} : { only: [id] }),
});
