import { Box } from 'ink';
import { useState } from 'react';
import type { FleetFlags } from '../../src/flags/store.ts';
import { shortServer } from '../flag-summary.ts';
import { useFeed } from '../hook/use-feed.ts';
import { useKeys } from '../hook/use-keys.ts';
import { useList } from '../hook/use-list.ts';
import { useNow } from '../hook/use-now.ts';
import { useRefreshKey } from '../hook/use-refresh.ts';
import { cutLine, piece, wrap } from '../line.ts';
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
      onReason={(reason) => setDoing({ action: 'rollback run', input: { reason } })}
      onCancel={leave}
    />
  );
}

const consequence = 'Games go on but are no longer saved. The reason goes into the plan and the audit log.';

/** Why a server's flags are not known: the selected one's, else the first's. */
function unreadText(servers: FleetFlags['servers'], selected: number): string | undefined {
  const unread = [...servers.slice(selected, selected + 1), ...servers].find((row) => 'fault' in row);
  return unread && `${shortServer(unread.server)} not read: ${unread.fault.message}`;
}

interface FlagsViewProps {
  readonly asking: boolean;
  readonly onAsk: () => void;
  readonly onReason: (reason: string) => void;
  readonly onCancel: () => void;
}

function FlagsView({ asking, onAsk, onReason, onCancel }: FlagsViewProps) {
  const { ports, frame, theme } = useShell();
  const now = useNow();
  const feed = ports.feeds.flags;
  const state = useFeed(feed);
  const refresh = useRefreshKey(feed);
  const servers = state.last?.value.servers ?? [];
  // Always kept, so that nothing moves when they are needed; where rows are short the question takes them all.
  const plain = frame.form === 'plain';
  const height = frame.contentRows - (plain ? 1 : 3);
  const list = useList(servers.length, height, 'look through');
  useKeys('screen', {
    rows: [
      { keys: ['d'], what: 'disable persistence', changesTarget: true, run: onAsk },
      ...list.rows,
      refresh,
    ],
  });
  const problem = feedProblem(state) ?? unreadText(servers, list.selected);
  const cells = frame.columns - 2;
  return (
    <Box flexDirection="column" paddingX={1}>
      {!(plain && asking) && (
        <FlagTable
          flags={state.last?.value}
          age={feedAge(state, feed.intervalMs, now)}
          selected={list.selected}
          height={height}
        />
      )}
      <Lines
        of={[problem === undefined ? [] : cutLine([piece(problem, 'bad')], cells, theme.glyphs.ellipsis)]}
      />
      {asking && <Lines of={wrap(consequence, cells).map((text) => [piece(text)])} />}
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
