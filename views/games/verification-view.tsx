import { useCallback } from 'react';
import { formatValue } from '../../src/base/units.ts';
import { idText } from '../../src/game/record-words.ts';
import type { GameKey, Verification } from '../../src/games/game-view.ts';
import { useLoaded } from '../hook/use-loaded.ts';
import { type Line as LineData, piece, wrap } from '../line.ts';
import { FaultNotice } from '../part/fault-notice.tsx';
import { ScrollScreen } from '../part/scroll-screen.tsx';
import { Waiting } from '../part/waiting.tsx';
import { useShell } from '../shell.ts';
import type { Glyphs } from '../theme.ts';
import { problemText } from './columns.ts';

interface VerificationViewProps {
  readonly game: GameKey;
  readonly onClose: () => void;
}

/** Reads all of one game again and proves it. */
export function VerificationView({ game, onClose }: VerificationViewProps) {
  const { ports, track } = useShell();
  const verify = useCallback(
    () => track(async (signal) => (await ports.games()).verify(game, signal)),
    [ports, track, game],
  );
  const { loaded, reload } = useLoaded(verify);
  switch (loaded.at) {
    case 'loading':
      return <Waiting what={`Verifying game ${idText(game.id)}`} onLeave={onClose} />;
    case 'failed':
      return (
        <FaultNotice
          title={`Game ${idText(game.id)} could not be verified`}
          fault={loaded.fault}
          onAgain={reload}
          onLeave={onClose}
        />
      );
    case 'loaded':
      return <Verdict game={game} verification={loaded.value} onClose={onClose} />;
  }
}

interface VerdictProps extends VerificationViewProps {
  readonly verification: Verification | undefined;
}

function Verdict({ game, verification, onClose }: VerdictProps) {
  const { theme, frame } = useShell();
  const lines = [
    [piece('VERIFY  ', 'accent', true), piece(idText(game.id), 'plain', true)],
    [],
    ...verdictLines(verification, theme.glyphs, frame.columns - 2),
  ];
  return <ScrollScreen lines={lines} leave="back to the game" onClose={onClose} />;
}

function verdictLines(
  verification: Verification | undefined,
  { step }: Glyphs,
  cells: number,
): readonly LineData[] {
  if (!verification) return [[piece(`${step.unknown} There is no such game any more.`, 'warn', true)]];
  const { events, snapshots, problems } = verification;
  const looked = `${formatValue(events, 'games')} events and ${formatValue(snapshots, 'games')} snapshots read`;
  if (events + snapshots === 0 && problems.length === 0) {
    return [[piece(`${step.unknown} NOTHING TO PROVE: it has no events and no snapshots.`, 'warn', true)]];
  }
  if (problems.length === 0) {
    return [[piece(`${step.done} SOUND: every hash matches. `, 'good', true), piece(looked)]];
  }
  return [
    [piece(`${step.failed} NOT SOUND. `, 'bad', true), piece(looked)],
    ...problems.flatMap((problem) =>
      wrap(problemText(problem), cells - 2).map((text) => [piece(`  ${text}`)]),
    ),
  ];
}
