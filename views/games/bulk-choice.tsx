import { Box } from 'ink';
import { useState } from 'react';
import { parseDuration } from '../../src/base/duration.ts';
import { formatDuration } from '../../src/base/units.ts';
import { piece, wrap } from '../line.ts';
import { Prompt } from '../part/prompt.tsx';
import { Lines } from '../part/text.tsx';
import type { ActionRequest } from '../ports.ts';
import { useShell } from '../shell.ts';

interface BulkChoiceProps {
  readonly onRequest: (request: ActionRequest) => void;
  readonly onCancel: () => void;
}

const mostAtOnce = 100;

const atOnce = (text: string): number | undefined => {
  const count = /^\d{1,3}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return count >= 1 && count <= mostAtOnce ? count : undefined;
};

const about =
  'Every game that changed within a time is proved; those that are damaged go back to the newest state that storage ' +
  'proves. Games that a server holds are left alone and named. Nothing is changed before a preview. A run that is ' +
  'interrupted can be started again: what is done is then found healthy.';

/** Which games are recovered at once, and how many at a time. */
export function BulkChoice({ onRequest, onCancel }: BulkChoiceProps) {
  const { frame } = useShell();
  const [sinceMs, setSinceMs] = useState<number>();
  const cells = frame.columns - 2;
  const plain = frame.form === 'plain';
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines
        of={[
          [piece('RECOVER MANY GAMES', 'accent', true)],
          ...(plain ? [] : wrap(about, cells).map((text) => [piece(text)])),
          ...(sinceMs === undefined
            ? []
            : [[piece(`Games that changed in the last ${formatDuration(sinceMs)}`, 'plain' as const, true)]]),
        ]}
      />
      {sinceMs === undefined ? (
        <Prompt
          key="since"
          label="Changed within?"
          what="next"
          initial="1h"
          aside={() => 'like 30m, 1h or 2d'}
          refuse={(text) =>
            parseDuration(text.trim()) === undefined ? 'a time like 30m, 1h or 2d is needed' : undefined
          }
          onSubmit={(text) => setSinceMs(parseDuration(text.trim()))}
          onCancel={onCancel}
        />
      ) : (
        <Prompt
          key="parallel"
          label="How many at a time?"
          what="preview"
          initial="10"
          aside={() => `1 to ${mostAtOnce}`}
          refuse={(text) =>
            atOnce(text) === undefined ? `a number from 1 to ${mostAtOnce} is needed` : undefined
          }
          onSubmit={(text) =>
            onRequest({
              action: 'games recover --since',
              input: { sinceMs, parallel: atOnce(text) ?? 1, mode: { kind: 'latest' } },
            })
          }
          onCancel={() => setSinceMs(undefined)}
        />
      )}
    </Box>
  );
}
