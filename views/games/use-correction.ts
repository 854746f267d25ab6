import { useCallback, useEffect, useRef, useState } from 'react';
import { asFault, type Fault } from '../../src/base/fault.ts';
import type { Json } from '../../src/game/game.ts';
import type { EditableGame } from '../../src/games/game-view.ts';
import { useShell } from '../shell.ts';
import { editableText, readEdited } from './editing.ts';

/** How far a correction by hand is, up to where the preview takes over. */
export type Correcting =
  | { readonly at: 'start' }
  | { readonly at: 'editing' }
  | { readonly at: 'failed'; readonly fault: Fault }
  /** `ended`: how the editor failed, and then nothing was taken from it. */
  | { readonly at: 'unchanged'; readonly ended?: string }
  /** The text is kept: nobody types it twice. */
  | { readonly at: 'unusable'; readonly why: string }
  | {
      readonly at: 'reason';
      readonly game: EditableGame;
      readonly phase: string;
      readonly state: Json;
      /** The text that these were read from. */
      readonly typed: string;
    };

interface CorrectionControl {
  readonly correcting: Correcting;
  /** Opens the editor on the game, or again on what was typed before. */
  edit(): void;
}

/**
 * Reads a game, lends the terminal to the operator's editor and reads what comes back. Changes nothing.
 * @param typedBefore what an earlier try ended with: the editor opens on it, and it is held against the game as it is
 * by then
 */
export function useCorrection(id: string, typedBefore: string | undefined): CorrectionControl {
  const { ports, lend } = useShell();
  const [correcting, setCorrecting] = useState<Correcting>({ at: 'start' });
  const kept = useRef<{ readonly game?: EditableGame; readonly typed: string | undefined }>({
    typed: typedBefore,
  });
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );

  const edit = useCallback(() => {
    const run = async (): Promise<Correcting> => {
      const { editor } = ports;
      if (!editor) return { at: 'start' };
      const game = kept.current.game ?? (await (await ports.games()).edit(id));
      // Whoever left while it was being read wants no editor any more.
      if (gone.current) return { at: 'start' };
      const before = editableText(game);
      const { text: typed, ended } = await lend(() => editor.edit(kept.current.typed ?? before));
      if (ended !== undefined) return { at: 'unchanged', ended };
      kept.current = { game, typed };
      const edited = readEdited(before, typed);
      if (edited.kind === 'unchanged') return { at: 'unchanged' };
      if (edited.kind === 'unusable') return { at: 'unusable', why: edited.why };
      return { at: 'reason', game, phase: edited.phase, state: edited.state, typed };
    };
    setCorrecting({ at: 'editing' });
    run().then(setCorrecting, (thrown) => setCorrecting({ at: 'failed', fault: asFault(thrown) }));
  }, [id, ports, lend]);

  return { correcting, edit };
}
