import { useMemo, useState } from 'react';
import type { Report } from '../../src/action/action.ts';
import { idText } from '../../src/game/record-words.ts';
import type { GameKey, GameView } from '../../src/games/game-view.ts';
import { Correction } from '../games/correction.tsx';
import type { Section } from '../games/detail-text.ts';
import { GameDetail, sectionsOf } from '../games/game-detail.tsx';
import { holdLeftMs } from '../games/hold.ts';
import { HoldChoice } from '../games/hold-choice.tsx';
import { readingAge } from '../games/reading-text.ts';
import { RecoverChoice } from '../games/recover-choice.tsx';
import { type GameReading, useGame } from '../games/use-game.ts';
import { VerificationView } from '../games/verification-view.tsx';
import { useKeys } from '../hook/use-keys.ts';
import { useNow } from '../hook/use-now.ts';
import type { KeyRow } from '../keymap.ts';
import { piece } from '../line.ts';
import type { View } from '../navigation.ts';
import { ActionFlow } from '../part/action-flow.tsx';
import { FaultNotice } from '../part/fault-notice.tsx';
import { Lines } from '../part/text.tsx';
import { Waiting } from '../part/waiting.tsx';
import type { ActionRequest } from '../ports.ts';
import { useShell } from '../shell.ts';

type Doing = 'verify' | 'recover' | 'correct' | 'hold' | ActionRequest;

/** One game: what is stored of it, who holds it, and what can be done with it. */
export function GameScreen({ view: { subject = '', layout } }: { readonly view: View }) {
  const key: GameKey = useMemo(
    () => ({ id: subject, ...(layout === undefined ? {} : { layout }) }),
    [subject, layout],
  );
  const game = useGame(key);
  const { back } = useShell();
  const [section, setSection] = useState<Section>();
  const [doing, setDoing] = useState<Doing>();
  const [typed, setTyped] = useState<string>();
  const leave = () => {
    setDoing(undefined);
    setTyped(undefined);
    game.read();
  };
  const { view } = game;
  if (!view) return <NoGame game={game} id={subject} onLeave={back} />;
  if (doing === 'verify') return <VerificationView game={key} onClose={leave} />;
  if (doing === 'recover') {
    return (
      <RecoverChoice
        view={view}
        onCancel={() => setDoing(undefined)}
        onChoose={(mode, discard) =>
          setDoing({ action: 'games recover', input: { id: subject, mode, evict: true, discard } })
        }
      />
    );
  }
  if (doing === 'hold') {
    return (
      <HoldChoice
        view={view}
        onChoose={(wish) => setDoing({ action: 'games hold', input: { id: subject, ...wish } })}
        onCancel={() => setDoing(undefined)}
      />
    );
  }
  if (doing === 'correct') {
    return (
      <Correction
        view={view}
        typedBefore={typed}
        onRequest={(request, text) => {
          setTyped(text);
          setDoing(request);
        }}
        onCancel={leave}
      />
    );
  }
  if (doing !== undefined) {
    // A correction that was not carried out is typed only once.
    const back = (report: Report | undefined) =>
      report === undefined && typed !== undefined ? setDoing('correct') : leave();
    return <ActionFlow request={doing} onClose={back} />;
  }
  return (
    <Shown
      view={view}
      game={game}
      section={section ?? sectionsOf(view)[0] ?? 'state'}
      onSection={setSection}
      onDo={setDoing}
    />
  );
}

interface ShownProps {
  readonly view: GameView;
  readonly game: GameReading & { read(): void };
  readonly section: Section;
  readonly onSection: (section: Section) => void;
  readonly onDo: (what: Doing) => void;
}

function Shown({ view, game, section, onSection, onDo }: ShownProps) {
  const { ports } = useShell();
  const now = useNow();
  const { id } = view.row;
  const unread = game.gone ? 'the game is gone' : game.fault && `it could not be read: ${game.fault.message}`;
  const change =
    (ports.world.readOnly ? 'this console is read-only' : undefined) ?? unread ?? whyNotChanged(view);
  const hold = change ?? (view.heldBy === undefined ? 'no game server can be asked' : undefined);
  const actions: readonly KeyRow[] = [
    { keys: ['v'], what: 'verify', disabled: unread, run: () => onDo('verify') },
    {
      keys: ['s'],
      what: 'snapshot',
      disabled: change,
      run: () => onDo({ action: 'games snapshot', input: { id } }),
    },
    { keys: ['R'], what: 'recover', disabled: change, run: () => onDo('recover') },
    { keys: ['e'], what: 'correct', disabled: change, run: () => onDo('correct') },
    holdLeftMs(view, now) === undefined
      ? { keys: ['h'], what: 'hold', disabled: hold, run: () => onDo('hold') }
      : {
          keys: ['h'],
          what: 'release',
          disabled: hold,
          run: () => onDo({ action: 'games release', input: { id } }),
        },
    {
      keys: ['r'],
      what: 'read now',
      disabled: game.reading ? 'it is being read' : undefined,
      run: game.read,
    },
  ];
  return (
    <GameDetail
      view={view}
      age={readingAge(game, now)}
      section={section}
      onSection={onSection}
      actions={actions}
    />
  );
}

const whyNotChanged = ({ row }: GameView): string | undefined =>
  row.layout === 'legacy' ? 'the legacy layout holds nothing that a state is rebuilt from' : undefined;

interface NoGameProps {
  readonly game: GameReading & { read(): void };
  readonly id: string;
  readonly onLeave: () => void;
}

function NoGame({ game, id, onLeave }: NoGameProps) {
  if (game.gone && !game.reading) return <Missing id={id} onAgain={game.read} onLeave={onLeave} />;
  if (game.fault && !game.reading) {
    return (
      <FaultNotice
        title={`Game ${idText(id)} could not be read`}
        fault={game.fault}
        onAgain={game.read}
        onLeave={onLeave}
      />
    );
  }
  return <Waiting what={`Reading game ${idText(id)}`} onLeave={onLeave} />;
}

function Missing({ id, onAgain, onLeave }: { id: string; onAgain: () => void; onLeave: () => void }) {
  useKeys('screen', {
    rows: [
      { keys: ['r'], what: 'read now', run: onAgain },
      { keys: ['esc'], what: 'back', run: onLeave },
    ],
  });
  return <Lines of={[[piece(` There is no game ${idText(id)} in this storage.`, 'warn')]]} />;
}
