import { useCallback, useEffect, useState } from 'react';
import type { Walk } from '../../src/runbook/walk.ts';
import { useLoaded } from '../hook/use-loaded.ts';
import { useWalk } from '../hook/use-walk.ts';
import type { View } from '../navigation.ts';
import { ActionFlow } from '../part/action-flow.tsx';
import { UntilLoaded } from '../part/until-loaded.tsx';
import { WalkNode } from '../part/walk-node.tsx';
import type { ActionRequest } from '../ports.ts';
import { useShell } from '../shell.ts';

/** A runbook being walked. */
export function WalkScreen({ view: { subject = '' } }: { readonly view: View }) {
  const { ports } = useShell();
  const start = useCallback(() => ports.runbooks.start(subject), [ports, subject]);
  const loading = useLoaded(start);
  const walk = loading.loaded.at === 'loaded' ? loading.loaded.value : undefined;
  useEffect(() => () => void walk?.close(), [walk]);
  return (
    <UntilLoaded
      loading={loading}
      what={`Opening the runbook ${subject}`}
      failure="The runbook could not be opened"
    >
      {(opened) => <Walking walk={opened} />}
    </UntilLoaded>
  );
}

function Walking({ walk }: { readonly walk: Walk }) {
  const [request, setRequest] = useState<ActionRequest>();
  const control = useWalk(walk, { paused: request !== undefined });
  const { runbook, node, runId } = control.state;
  if (request !== undefined) {
    return (
      <ActionFlow
        request={request}
        onClose={(report) => {
          setRequest(undefined);
          if (report) control.acted(report);
        }}
      />
    );
  }
  return (
    <WalkNode
      control={control}
      onAct={() =>
        setRequest({
          action: 'rollback run',
          input: { reason: `runbook ${runbook.id}: ${node.title} (run ${runId})` },
        })
      }
    />
  );
}
