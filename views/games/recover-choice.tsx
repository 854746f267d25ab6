import { Box } from 'ink';
import { useState } from 'react';
import type { RecoveryMode } from '../../src/engine/recovery-mode.ts';
import { idText } from '../../src/game/record-words.ts';
import type { GameView } from '../../src/games/game-view.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useNow } from '../hook/use-now.ts';
import { cutLine, type Line as LineData, piece, wrap } from '../line.ts';
import { Prompt } from '../part/prompt.tsx';
import { Lines } from '../part/text.tsx';
import { useShell } from '../shell.ts';
import { type Loss, lossLines, lossOf } from './loss.ts';
import { momentGrammar, parseMoment } from './moment.ts';
import { SnapshotPick } from './snapshot-pick.tsx';

interface RecoverChoiceProps {
  readonly view: GameView;
  /** @param discard accepts the loss of what only memory has */
  readonly onChoose: (mode: RecoveryMode, discard: boolean) => void;
  readonly onCancel: () => void;
}

type Asking = 'mode' | 'snapshot' | 'moment';

/** To which state a game goes back; the mildest first. */
export function RecoverChoice({ view, onChoose, onCancel }: RecoverChoiceProps) {
  const [asking, setAsking] = useState<Asking>('mode');
  const [discard, setDiscard] = useState(false);
  const loss = lossOf(view);
  const back = () => setAsking('mode');
  const choose = (mode: RecoveryMode) => onChoose(mode, discard);
  if (asking === 'snapshot') {
    return (
      <SnapshotPick
        view={view}
        onPick={(revision) => choose({ kind: 'snapshot', revision })}
        onCancel={back}
      />
    );
  }
  return (
    <ModeChoice
      view={view}
      loss={loss}
      discard={discard}
      asksMoment={asking === 'moment'}
      onDiscard={() => setDiscard(!discard)}
      onChoose={choose}
      onAsk={setAsking}
      onCancel={asking === 'mode' ? onCancel : back}
    />
  );
}

const modes = [
  { key: '1', name: 'latest', text: 'the newest state that storage proves' },
  { key: '2', name: 'snapshot', text: 'one of the kept snapshots' },
  { key: '3', name: 'time', text: 'the state at a point in time' },
  { key: '4', name: 'before error', text: 'the state before the last transition that failed' },
] as const;

const consequence =
  'The state comes on top as a new revision, nothing is deleted. A server that holds the game lets go of it first. ' +
  'Nothing is changed before a preview.';

interface ModeChoiceProps extends RecoverChoiceProps {
  readonly loss: Loss | undefined;
  readonly discard: boolean;
  readonly asksMoment: boolean;
  readonly onDiscard: () => void;
  readonly onChoose: (mode: RecoveryMode) => void;
  readonly onAsk: (what: Asking) => void;
}

function ModeChoice(props: ModeChoiceProps) {
  const { view, loss, discard, asksMoment, onChoose, onAsk, onDiscard, onCancel } = props;
  const { frame, theme, ports } = useShell();
  const now = useNow();
  const noSnapshot = view.snapshots.length === 0 ? 'there is no snapshot' : undefined;
  useKeys('modal', {
    rows: [
      { keys: ['1'], what: 'latest', run: () => onChoose({ kind: 'latest' }) },
      { keys: ['2'], what: 'snapshot', disabled: noSnapshot, run: () => onAsk('snapshot') },
      { keys: ['3'], what: 'time', run: () => onAsk('moment') },
      { keys: ['4'], what: 'before error', run: () => onChoose({ kind: 'before-error' }) },
      ...(loss
        ? [{ keys: ['d'], what: discard ? 'keep what memory has' : 'accept the loss', run: onDiscard }]
        : []),
      { keys: ['esc'], what: 'back', run: onCancel },
    ],
  });
  const cells = frame.columns - 2;
  const plain = frame.form === 'plain';
  const gap: readonly LineData[] = plain ? [] : [[]];
  const lines: readonly LineData[] = [
    [piece('RECOVER  ', 'accent', true), piece(idText(view.row.id), 'plain', true)],
    ...gap,
    ...(plain ? [] : wrap(consequence, cells).map((text) => [piece(text)])),
    ...gap,
    ...modes.map(({ key, name, text }) => [
      piece(`  ${key} `, 'accent', true),
      piece(name.padEnd(14), 'plain', true),
      piece(key === '2' && noSnapshot !== undefined ? noSnapshot : text),
    ]),
    ...gap,
    ...(loss ? lossLines(loss, discard, cells) : []),
  ];
  const at = (text: string) => parseMoment(text, ports.clock.now());
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={lines.map((line) => cutLine(line, cells, theme.glyphs.ellipsis))} />
      {asksMoment && (
        <Prompt
          layer="modal"
          label="To its state at?"
          what="preview"
          refuse={(text) =>
            at(text) === undefined ? `a time in the past is needed: ${momentGrammar}` : undefined
          }
          aside={(text) => momentText(parseMoment(text, now), text)}
          onSubmit={(text) => {
            const atMs = at(text);
            if (atMs !== undefined) onChoose({ kind: 'point-in-time', atMs });
          }}
          onCancel={onCancel}
        />
      )}
    </Box>
  );
}

/** What a time that was typed means, before it is used. */
function momentText(atMs: number | undefined, typed: string): string {
  if (atMs !== undefined) return `= ${new Date(atMs).toISOString().replace('T', ' ').replace('Z', ' UTC')}`;
  return typed.trim() === '' ? momentGrammar : 'not a time in the past';
}
