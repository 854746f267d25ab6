import { useKeys } from '../hook/use-keys.ts';
import { piece } from '../line.ts';
import { Line } from './text.tsx';

interface QuitQuestionProps {
  readonly running: string;
  readonly onQuit: () => void;
  readonly onStay: () => void;
}

/** Asked only while something runs. Enter stays: whoever leans on it must not interrupt a run. */
export function QuitQuestion({ running, onQuit, onStay }: QuitQuestionProps) {
  useKeys('modal', {
    rows: [
      { keys: ['esc', 'enter', 'n'], what: 'stay', run: onStay },
      { keys: ['y'], what: 'interrupt it and quit', run: onQuit },
    ],
  });
  return (
    <Line of={[piece(`${running} is running. Interrupt it, see how far it came, and quit?`, 'warn', true)]} />
  );
}
