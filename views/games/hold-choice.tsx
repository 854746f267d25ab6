import { Box } from 'ink';
import { idText } from '../../src/game/record-words.ts';
import type { GameView } from '../../src/games/game-view.ts';
import { type Line as LineData, piece, wrap } from '../line.ts';
import { Prompt } from '../part/prompt.tsx';
import { Lines } from '../part/text.tsx';
import { useShell } from '../shell.ts';
import { type HoldWish, holdGrammar, parseHold } from './hold.ts';

interface HoldChoiceProps {
  readonly view: GameView;
  readonly onChoose: (wish: HoldWish) => void;
  readonly onCancel: () => void;
}

const consequence =
  'No server moves the game meanwhile, so that what you plan from it still fits when you confirm it. Its players wait; ' +
  'the hold ends by itself, when it is released, and once a recovery or correction is done.';

/** For how long a game stands still. */
export function HoldChoice({ view, onChoose, onCancel }: HoldChoiceProps) {
  const { frame } = useShell();
  const cells = frame.columns - 2;
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines
        of={[
          [piece('HOLD  ', 'accent', true), piece(idText(view.row.id), 'plain', true)],
          ...wrap(consequence, cells).map((text): LineData => [piece(text)]),
        ]}
      />
      <Prompt
        layer="modal"
        label="For how long?"
        what="preview"
        initial="60s"
        refuse={(text) => (parseHold(text) ? undefined : `a time is needed: ${holdGrammar}`)}
        aside={() => holdGrammar}
        onSubmit={(text) => {
          const wish = parseHold(text);
          if (wish) onChoose(wish);
        }}
        onCancel={onCancel}
      />
    </Box>
  );
}
