import { useCallback, useState } from 'react';
import type { ArchiveDiff } from '../../src/backup/diff.ts';
import type { Reader } from '../hook/use-long-read.ts';
import { piece } from '../line.ts';
import { UntilRead } from '../part/until-read.tsx';
import { useShell } from '../shell.ts';
import { DiffTable } from './diff-table.tsx';
import { GameDiffView } from './game-diff-view.tsx';
import type { Sides } from './sides.ts';

interface DiffViewProps {
  readonly sides: Sides;
  readonly onRestore: (archive: string, id: string) => void;
  readonly onClose: () => void;
}

/** Reads both sides and says what differs; then one game of them, field by field. */
export function DiffView({ sides, onRestore, onClose }: DiffViewProps) {
  const { ports, theme } = useShell();
  const { from, to } = sides;
  const read: Reader<ArchiveDiff> = useCallback(
    (told, signal) => ports.archives.diff(from, to, told, signal),
    [ports, from, to],
  );
  const title = [
    piece('DIFF  ', 'accent', true),
    piece(`${from} ${theme.ascii ? '->' : '→'} ${to}`, 'plain', true),
  ];
  return (
    <UntilRead
      {...{ title, read, onClose }}
      busy="a comparison"
      failure="They could not be compared"
      backTo="back to the archives"
    >
      {(diff) => <Compared {...{ diff, sides, onRestore, onClose }} />}
    </UntilRead>
  );
}

/** The list keeps its place while one game of it is looked at. */
function Compared({ diff, sides, onRestore, onClose }: DiffViewProps & { readonly diff: ArchiveDiff }) {
  const [game, setGame] = useState<ArchiveDiff['games'][number]>();
  const [at, setAt] = useState(0);
  if (game) return <GameDiffView sides={sides} game={game} onClose={() => setGame(undefined)} />;
  const restore = sides.to === 'live' ? (id: string) => onRestore(sides.from, id) : undefined;
  return (
    <DiffTable diff={diff} at={at} onMove={setAt} onOpen={setGame} onRestore={restore} onClose={onClose} />
  );
}
