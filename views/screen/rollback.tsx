import { Box } from 'ink';
import { useState } from 'react';
import { useFeed } from '../hook/use-feed.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { useNow } from '../hook/use-now.ts';
import { useRefreshKey } from '../hook/use-refresh.ts';
import { piece } from '../line.ts';
import { ActionFlow } from '../part/action-flow.tsx';
import { FlagTable } from '../part/flag-table.tsx';
import { Prompt } from '../part/prompt.tsx';
import { Lines } from '../part/text.tsx';
import type { ActionRequest } from '../ports.ts';
import { feedAge, feedProblem } from '../readings.ts';
import { useShell } from '../shell.ts';

type Doing = 'reason' | ActionRequest;

/** The flags as every server sees them, and the way to turn them all off. */
export function Rollback() {
  const [doing, setDoing] = useState<Doing>();
  const { ports } = useShell();
  const leave = () => {
    setDoing(undefined);
    void ports.feeds.flags.refresh();
  };
  if (doing !== undefined && doing !== 'reason') return <ActionFlow request={doing} onClose={leave} />;
  return (
    <FlagsView
      asking={doing === 'reason'}
      onAsk={() => setDoing('reason')}
      onReason={(reason) => setDoing({ action: 'rollback run', reason })}
      onCancel={leave}
    />
  );
}

interface FlagsViewProps {
  readonly asking: boolean;
  readonly onAsk: () => void;
  readonly onReason: (reason: string) => void;
  readonly onCancel: () => void;
}

function FlagsView({ asking, onAsk, onReason, onCancel }: FlagsViewProps) {
  const { ports, frame } = useShell();
  const now = useNow();
  const feed = ports.feeds.flags;
  const state = useFeed(feed);
  const refresh = useRefreshKey(feed);
  const servers = state.last?.value.servers ?? [];
  const height = Math.max(4, frame.contentRows - 6);
  const list = useList(servers.length, height, 'look through');
  useKeys('screen', {
    rows: [
      { keys: ['d'], what: 'disable persistence', changesTarget: true, run: onAsk },
      ...list.rows,
      refresh,
    ],
  });
  const problem = feedProblem(state);
  return (
    <Box flexDirection="column" paddingX={1}>
      <FlagTable
        flags={state.last?.value}
        age={feedAge(state, feed.intervalMs, now)}
        selected={list.selected}
        height={height}
      />
      <Lines
        of={[
          problem === undefined ? [] : [piece(problem, 'bad')],
          asking
            ? [
                piece(
                  'Games go on; they are no longer saved. The reason goes into the plan and the audit log.',
                ),
              ]
            : [],
        ]}
      />
      {asking && (
        <Prompt
          label="Why is it rolled back?"
          what="preview"
          refuse={(text) => (text.trim() === '' ? 'a reason is needed' : undefined)}
          onSubmit={(text) => onReason(text.trim())}
          onCancel={onCancel}
        />
      )}
    </Box>
  );
}
