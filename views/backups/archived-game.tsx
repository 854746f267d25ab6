import { useCallback, useState } from 'react';
import { Fault } from '../../src/base/fault.ts';
import { formatAge } from '../../src/base/units.ts';
import type { ArchivedGame } from '../../src/compose/archived-games.ts';
import { idText } from '../../src/game/record-words.ts';
import type { GameView } from '../../src/games/game-view.ts';
import type { Section } from '../games/detail-text.ts';
import { GameDetail, sectionsOf } from '../games/game-detail.tsx';
import type { Reader } from '../hook/use-long-read.ts';
import { useNow } from '../hook/use-now.ts';
import { piece } from '../line.ts';
import { UntilRead } from '../part/until-read.tsx';
import { useShell } from '../shell.ts';

interface ArchivedGameViewProps {
  readonly archive: string;
  readonly id: string;
  readonly onRestore: () => void;
  readonly onClose: () => void;
}

const backTo = 'back to the archives';

/** A game as an archive has it, in all its parts. */
export function ArchivedGameView({ archive, id, onRestore, onClose }: ArchivedGameViewProps) {
  const { ports } = useShell();
  const read: Reader<ArchivedGame> = useCallback(
    async (told, signal) => {
      const game = await ports.archives.show(archive, { id }, told, signal);
      if (game) return game;
      throw new Fault('not-found', `Game ${idText(id)} is not in ${archive}`, {
        next: 'Check the id, or look into another archive',
      });
    },
    [ports, archive, id],
  );
  return (
    <UntilRead
      {...{ read, backTo, onClose }}
      title={[piece('GAME  ', 'accent', true), piece(`${idText(id)} in ${archive}`, 'plain', true)]}
      busy="a look into an archive"
      failure="It cannot be shown"
    >
      {(game) => <Shown game={game} archive={archive} onRestore={onRestore} onClose={onClose} />}
    </UntilRead>
  );
}

interface ShownProps {
  readonly game: ArchivedGame;
  readonly archive: string;
  readonly onRestore: () => void;
  readonly onClose: () => void;
}

function Shown({ game, archive, onRestore, onClose }: ShownProps) {
  const now = useNow();
  const [section, setSection] = useState<Section>();
  // What storages and servers have of it by now is not what an archive tells.
  const view: GameView = { ...game, readsFrom: 'primary', stores: [] };
  const age = formatAge(now - game.archive.startedAtMs);
  const damaged = game.problems.length > 0 ? '; it is DAMAGED elsewhere' : '';
  return (
    <GameDetail
      view={view}
      age={[piece(`as in ${archive}, ${age} old${damaged}`, 'warn')]}
      section={section ?? sectionsOf(view)[0] ?? 'state'}
      onSection={setSection}
      actions={[
        { keys: ['t'], what: 'restore this game', changesTarget: true, run: onRestore },
        { keys: ['esc'], what: backTo, run: onClose },
      ]}
    />
  );
}
