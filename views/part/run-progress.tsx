import { Box } from 'ink';
import { useRef } from 'react';
import type { Plan } from '../../src/action/plan.ts';
import { formatValue } from '../../src/base/units.ts';
import type { RunningStep } from '../flow.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useNow } from '../hook/use-now.ts';
import { cutLine, type Line as LineData, piece } from '../line.ts';
import { type Mark, paceText } from '../pace.ts';
import { stepLine } from '../plan-text.ts';
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
  const now = useNow();
  const firstMarks = useRef(new Map<string, Mark>());
  const paceOf = (name: string, progress: RunningStep['progress']) => {
    if (!progress) return '';
    const mark = { atMs: now, done: progress.done };
    const first = firstMarks.current.get(name);
    if (first) return paceText(first, mark, progress.total);
    firstMarks.current.set(name, mark);
    return '';
  };
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
    ...steps.map(({ name, state, progress }) =>
      stepLine(
        name,
        state,
        theme.glyphs,
        progressText(progress, state.kind === 'running' ? paceOf(name, progress) : ''),
      ),
    ),
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

function progressText(progress: RunningStep['progress'], pace: string): string {
  if (!progress) return '';
  const { done, total, unit } = progress;
  const share = total > 0 ? `  ${formatValue(Math.min(1, done / total), 'ratio')}` : '';
  return `${formatValue(done, 'games')} of ${formatValue(total, 'games')} ${unit}${share}${pace === '' ? '' : `  ${pace}`}`;
}

function nowDoing(verifying: boolean, interrupting: boolean): string {
  if (verifying) return 'Reading the result back';
  return interrupting ? 'Stopping after what is under way; what was done is then read back' : '';
}
