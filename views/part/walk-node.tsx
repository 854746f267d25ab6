import { Box } from 'ink';
import { useState } from 'react';
import type { Way } from '../../src/runbook/walk.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useNow } from '../hook/use-now.ts';
import type { WalkControl } from '../hook/use-walk.ts';
import { walkRoom } from '../layout.ts';
import { cutLine, type Line as LineData, piece } from '../line.ts';
import { useShell } from '../shell.ts';
import { walkRows } from '../walk-keys.ts';
import { evidenceBlock, nodeBlock, pathLine, pathLines } from '../walk-text.ts';
import { faultLines } from './fault-notice.tsx';
import { Prompt } from './prompt.tsx';
import { Line, Lines } from './text.tsx';

interface WalkNodeProps {
  readonly control: WalkControl;
  readonly onAct: () => void;
}

/** Where the operator is in a runbook: the way here, the node with its numbered ways, the evidence. */
export function WalkNode({ control, onAct }: WalkNodeProps) {
  const { frame, theme } = useShell();
  const now = useNow();
  const [overriding, setOverriding] = useState<Way>();
  const { state, fault } = control;
  const { glyphs } = theme;
  useKeys('screen', { rows: walkRows(control, { onOverride: setOverriding, onAct }) });

  const cells = frame.columns - 2;
  const problem = fault ? faultLines('That did not work', fault, cells) : [];
  const room = walkRoom(cells, frame.contentRows - 1 - problem.length - (overriding ? 2 : 0));
  const clip = (lines: readonly LineData[], width: number, rows = room.rows) =>
    lines.slice(0, Math.max(0, rows)).map((line) => cutLine(line, width, glyphs.ellipsis));
  const pathRows = room.stacked && room.rows > 8 ? 1 : 0;
  const node = nodeBlock(state, glyphs, room.node, room.rows - pathRows);
  const evidenceRows = room.stacked ? room.rows - pathRows - node.length - 1 : room.rows;
  const evidence = evidenceBlock(state, { nowMs: now, cells: room.evidence, rows: evidenceRows, glyphs });

  return (
    <Box flexDirection="column" paddingX={1}>
      <Line
        of={cutLine(
          [piece(state.runbook.title, 'plain', true), piece(`  run ${state.runId}`, 'quiet')],
          cells,
          glyphs.ellipsis,
        )}
      />
      {room.stacked ? (
        <Lines
          of={clip(
            [...(pathRows > 0 ? [pathLine(state, glyphs, cells)] : []), ...node, [], ...evidence],
            cells,
          )}
        />
      ) : (
        <Box columnGap={room.gap}>
          <Column width={room.path} lines={clip(pathLines(state, glyphs, room.path), room.path)} />
          <Column width={room.node} lines={clip(node, room.node)} />
          <Column width={room.evidence} lines={clip(evidence, room.evidence)} />
        </Box>
      )}
      <Lines of={problem} />
      {overriding && (
        <Override
          what={
            state.node.kind === 'action' ? `"${state.node.title}" was not done.` : 'Another way is suggested.'
          }
          onReason={(reason) => {
            setOverriding(undefined);
            control.take(overriding.goto, reason);
          }}
          onCancel={() => setOverriding(undefined)}
        />
      )}
    </Box>
  );
}

function Column({ width, lines }: { width: number; lines: readonly LineData[] }) {
  return (
    <Box width={width} flexDirection="column" flexShrink={0}>
      <Lines of={lines} />
    </Box>
  );
}

interface OverrideProps {
  readonly what: string;
  readonly onReason: (reason: string) => void;
  readonly onCancel: () => void;
}

function Override({ what, onReason, onCancel }: OverrideProps) {
  return (
    <>
      <Line of={[piece(`! ${what} `, 'warn', true), piece('The record will hold why.')]} />
      <Prompt
        label="Why?"
        what="take it"
        refuse={(text) => (text.trim() === '' ? 'a reason is needed' : undefined)}
        onSubmit={(text) => onReason(text.trim())}
        onCancel={onCancel}
      />
    </>
  );
}
