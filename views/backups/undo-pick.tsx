import { useCallback } from 'react';
import { formatAge } from '../../src/base/units.ts';
import { useLoaded } from '../hook/use-loaded.ts';
import { useNow } from '../hook/use-now.ts';
import { FaultNotice } from '../part/fault-notice.tsx';
import { type PickColumn, PickList } from '../part/pick-list.tsx';
import { Waiting } from '../part/waiting.tsx';
import type { PastRestore } from '../ports.ts';
import { useShell } from '../shell.ts';

interface UndoPickProps {
  readonly onPick: (run: string) => void;
  readonly onCancel: () => void;
}

const question =
  'Which restore is taken back? Games become what they were before it, and those that it created are removed. ' +
  'Nothing is changed before a preview.';

/** Restores of this machine, newest first. */
export function UndoPick({ onPick, onCancel }: UndoPickProps) {
  const { ports } = useShell();
  const now = useNow();
  const load = useCallback(() => ports.archives.restores(), [ports]);
  const { loaded, reload } = useLoaded(load);
  switch (loaded.at) {
    case 'loading':
      return <Waiting what="Looking for restores" onLeave={onCancel} />;
    case 'failed':
      return (
        <FaultNotice
          title="What was restored is not known"
          fault={loaded.fault}
          onAgain={reload}
          onLeave={onCancel}
        />
      );
    case 'loaded':
      return (
        <PickList
          mark="UNDO"
          question={question}
          columns={columnsAt(now)}
          rows={loaded.value}
          what="choose"
          none="no restore was run from this machine"
          changesTarget
          onPick={({ run }) => onPick(run)}
          onCancel={onCancel}
        />
      );
  }
}

const columnsAt = (now: number): readonly PickColumn<PastRestore>[] => [
  { title: 'restore', cells: 24, grows: true, cell: ({ title }) => ({ text: title }) },
  {
    title: 'age',
    cells: 7,
    align: 'right',
    cell: ({ startedAtMs }) => ({ text: formatAge(now - startedAtMs) }),
  },
  { title: 'by', cells: 10, drop: 1, cell: ({ user }) => ({ text: user }) },
  {
    title: 'ended',
    cells: 12,
    cell: ({ outcome }) =>
      outcome === undefined
        ? { text: 'not known', tone: 'warn' }
        : { text: outcome, tone: outcome === 'done' ? 'good' : 'warn' },
  },
  { title: 'run', cells: 26, drop: 2, cell: ({ run }) => ({ text: run, tone: 'quiet' }) },
];
