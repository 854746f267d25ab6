import { Box } from 'ink';
import type { Plan } from '../../src/action/plan.ts';
import type { RunningStep } from '../flow.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useProgress } from '../hook/use-progress.ts';
import { cutLine, type Line as LineData, piece } from '../line.ts';
import { belowStep, stepLine } from '../plan-text.ts';
import { useShell } from '../shell.ts';
import { Lines } from './text.tsx';

interface RunProgressProps {
  readonly plan: Plan;
  readonly steps: readonly RunningStep[];
  readonly verifying: boolean;
  readonly interrupting: boolean;
  readonly onInterrupt: () => void;
}

/** The steps while they run. */
export function RunProgress({ plan, steps, verifying, interrupting, onInterrupt }: RunProgressProps) {
  const { theme, frame } = useShell();
  const told = useProgress();
  useKeys('screen', {
    rows: [
      {
        keys: ['x'],
        what: 'interrupt',
        disabled: interrupting ? 'it is stopping already' : undefined,
        run: onInterrupt,
      },
    ],
  });
  const lines: readonly LineData[] = [
    [piece('RUNNING  ', 'accent', true), piece(plan.title, 'plain', true)],
    [],
    ...steps.flatMap(({ name, state, progress }) => {
      const goesOn = state.kind === 'running';
      const text = told(name, progress, goesOn);
      // Below, so that no name pushes out when it will be done.
      return goesOn
        ? [stepLine(name, state, theme.glyphs), belowStep(text)]
        : [stepLine(name, state, theme.glyphs, text)];
    }),
    [],
    [piece(nowDoing(verifying, interrupting), interrupting ? 'warn' : 'quiet')],
  ];
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines
        of={lines
          .slice(0, frame.contentRows)
          .map((line) => cutLine(line, frame.columns - 2, theme.glyphs.ellipsis))}
      />
    </Box>
  );
}

function nowDoing(verifying: boolean, interrupting: boolean): string {
  if (verifying) return 'Reading the result back';
  return interrupting ? 'Stopping after what is under way; what was done is then read back' : '';
}
