import { Box } from 'ink';
import { piece } from '../line.ts';
import { Prompt } from '../part/prompt.tsx';
import { Lines } from '../part/text.tsx';

interface GamePickProps {
  readonly archive: string;
  readonly onPick: (id: string) => void;
  readonly onCancel: () => void;
}

/** Which game of an archive is shown. */
export function GamePick({ archive, onPick, onCancel }: GamePickProps) {
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={[[piece('GAME  ', 'accent', true), piece(`from ${archive}`, 'plain', true)]]} />
      <Prompt
        layer="modal"
        label="Id?"
        what="show"
        aside={() => 'the whole id of a game'}
        refuse={(text) => (text === '' ? 'an id is needed' : undefined)}
        onSubmit={onPick}
        onCancel={onCancel}
      />
    </Box>
  );
}
