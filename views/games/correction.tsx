import { Box } from 'ink';
import { useEffect, useState } from 'react';
import { idText } from '../../src/game/record-words.ts';
import type { GameView } from '../../src/games/game-view.ts';
import { useKeys } from '../hook/use-keys.ts';
import type { KeyRow } from '../keymap.ts';
import { type Line as LineData, piece, wrap } from '../line.ts';
import { faultLines } from '../part/fault-notice.tsx';
import { Prompt } from '../part/prompt.tsx';
import { Lines } from '../part/text.tsx';
import type { ActionRequest } from '../ports.ts';
import { useShell } from '../shell.ts';
import { lossLines, lossOf } from './loss.ts';
import { type Correcting, useCorrection } from './use-correction.ts';

interface CorrectionProps {
  readonly view: GameView;
  /** What an earlier try ended with, when its plan was not carried out. */
  readonly typedBefore: string | undefined;
  readonly onRequest: (request: ActionRequest, typed: string) => void;
  readonly onCancel: () => void;
}

/** A state corrected by hand: the editor, then a reason, then the preview that every change has. */
export function Correction({ view, typedBefore, onRequest, onCancel }: CorrectionProps) {
  const { ports, frame } = useShell();
  const { id } = view.row;
  const { correcting, edit } = useCorrection(id, typedBefore);
  const [discard, setDiscard] = useState(false);
  const loss = lossOf(view);
  const opensAtOnce = ports.editor !== undefined && loss === undefined && typedBefore === undefined;
  useEffect(() => {
    if (opensAtOnce) edit();
  }, [opensAtOnce, edit]);

  const cells = frame.columns - 2;
  useKeys('modal', {
    rows: [
      ...keysFor(correcting, ports.editor !== undefined, edit),
      ...(loss && correcting.at !== 'editing'
        ? [
            {
              keys: ['d'],
              what: discard ? 'keep what memory has' : 'accept the loss',
              run: () => setDiscard(!discard),
            },
          ]
        : []),
      { keys: ['esc'], what: 'change nothing', run: onCancel },
    ],
  });
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines
        of={[
          [piece('CORRECT  ', 'accent', true), piece(idText(id), 'plain', true)],
          ...(typedBefore !== undefined && correcting.at === 'start'
            ? wrap(typedBeforeText, cells).map((text): LineData => [piece(text, 'warn')])
            : textFor(correcting, ports.editor?.command, id, cells)),
          ...(loss ? lossLines(loss, discard, cells) : []),
        ]}
      />
      {correcting.at === 'reason' && (
        <Prompt
          layer="modal"
          label="Why is it corrected?"
          what="preview"
          refuse={(text) => (text.trim() === '' ? 'a reason is needed' : undefined)}
          onSubmit={(text) => {
            const { game, phase, state, typed } = correcting;
            const reason = text.trim();
            const input = { id, state, phase, reason, found: game.found, evict: true, discard };
            onRequest({ action: 'games correct', input }, typed);
          }}
          onCancel={onCancel}
        />
      )}
    </Box>
  );
}

const typedBeforeText =
  'What you typed is kept: e opens it again. The preview then shows all that differs from the game as it is by then, ' +
  'also what was played meanwhile.';

function keysFor({ at }: Correcting, canEdit: boolean, edit: () => void): readonly KeyRow[] {
  if (at === 'editing' || at === 'reason') return [];
  const disabled = canEdit ? undefined : 'no editor is chosen';
  return [{ keys: ['e'], what: at === 'start' ? 'open the editor' : 'edit again', disabled, run: edit }];
}

function textFor(
  correcting: Correcting,
  command: string | undefined,
  id: string,
  cells: number,
): readonly LineData[] {
  const say = (text: string, tone?: 'warn' | 'bad') =>
    wrap(text, cells).map((line): LineData => [piece(line, tone)]);
  if (command === undefined) return say(withoutEditor(id), 'warn');
  switch (correcting.at) {
    case 'start':
      return say(`e opens the state in ${command}. Nothing is changed before a preview.`);
    case 'editing':
      return say(`The state is open in ${command}.`);
    case 'failed':
      return faultLines('It could not be edited; nothing was changed', correcting.fault, cells);
    case 'unchanged':
      return correcting.ended === undefined
        ? say('The text came back as it was: nothing to correct.')
        : say(`The editor (${command}) ended ${correcting.ended}: nothing was taken from it.`, 'warn');
    case 'unusable':
      return say(`${correcting.why}. What you typed is kept: e edits it again.`, 'bad');
    case 'reason':
      return provedNote(correcting, cells);
  }
}

const withoutEditor = (id: string): string =>
  'No editor is chosen: quit, set EDITOR (or VISUAL) to one, like EDITOR=vi, and start again. Or correct it from a ' +
  `shell, with the state in a file: gamekeeper games correct --reason WHY --file STATE '${id.replaceAll("'", "'\\''")}'`;

/** Whoever corrects an old state must know that it is one. */
function provedNote({ game }: Extract<Correcting, { at: 'reason' }>, cells: number): readonly LineData[] {
  const { proved, revision } = game;
  const warn = (text: string) => wrap(text, cells).map((line): LineData => [piece(line, 'bad')]);
  if (!proved) return warn('! Storage proves no state of this game: you started from an empty one.');
  if (proved.revision < revision) {
    return warn(
      `! You started from revision ${proved.revision}; the game is at ${revision}, which nothing proves.`,
    );
  }
  return [[piece('The preview shows each field that differs.', 'quiet')]];
}
