import { useCallback } from 'react';
import { Fault } from '../../src/base/fault.ts';
import type { ComparedGame } from '../../src/compose/archived-games.ts';
import type { RecordKey } from '../../src/game/record.ts';
import { gameLabel } from '../../src/game/record-words.ts';
import type { Reader } from '../hook/use-long-read.ts';
import { type Line, piece } from '../line.ts';
import { ScrollScreen } from '../part/scroll-screen.tsx';
import { UntilRead } from '../part/until-read.tsx';
import { useShell } from '../shell.ts';
import { gameDiffLines, gameDiffTitle } from './diff-text.ts';
import type { Sides } from './sides.ts';

interface GameDiffViewProps {
  readonly sides: Sides;
  readonly game: RecordKey;
  readonly onClose: () => void;
}

const backTo = 'back to the games';
const titled = (text: string): Line => [piece('DIFF  ', 'accent', true), piece(text, 'plain', true)];

/** One game on both sides, field by field. */
export function GameDiffView({ sides: { from, to }, game, onClose }: GameDiffViewProps) {
  const { ports } = useShell();
  const { id, layout } = game;
  const read: Reader<ComparedGame> = useCallback(
    async (told, signal) => {
      const compared = await ports.archives.diffGame(from, to, { id, layout }, told, signal);
      if (compared) return compared;
      throw new Fault('not-found', 'Neither side has it any more', { next: 'Compare again' });
    },
    [ports, from, to, id, layout],
  );
  return (
    <UntilRead
      {...{ read, backTo, onClose }}
      title={titled(gameLabel(game))}
      busy="a comparison"
      failure="It could not be compared"
    >
      {(diff) => <Compared diff={diff} onClose={onClose} />}
    </UntilRead>
  );
}

function Compared({ diff, onClose }: { readonly diff: ComparedGame; readonly onClose: () => void }) {
  const { frame, theme } = useShell();
  const room = { cells: frame.columns - 2, arrow: theme.ascii ? '->' : '→' };
  const lines = [titled(gameDiffTitle(diff)), ...gameDiffLines(diff, room)];
  return <ScrollScreen lines={lines} leave={backTo} onClose={onClose} />;
}
