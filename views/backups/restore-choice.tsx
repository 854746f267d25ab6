import { Box } from 'ink';
import { useKeys } from '../hook/use-keys.ts';
import { cutLine, piece, wrap } from '../line.ts';
import { Lines } from '../part/text.tsx';
import type { ActionRequest } from '../ports.ts';
import { useShell } from '../shell.ts';

export type OnExisting = ActionRequest<'backup restore'>['input']['onExisting'];

type Policies = readonly { readonly policy: OnExisting; readonly text: string }[];

interface Choice {
  readonly mark: string;
  readonly question: string;
  /** The safest first. */
  readonly policies: Policies;
}

const choices: Readonly<Record<'restore' | 'undo', Choice>> = {
  restore: {
    mark: 'RESTORE  ',
    question: 'What shall become of games that exist already? Nothing is changed before a preview.',
    policies: [
      { policy: 'fail', text: 'change nothing if any game of the archive exists and differs' },
      { policy: 'skip', text: 'keep games that exist and differ, add the rest' },
      { policy: 'newer', text: 'replace a game only where the archive holds a newer revision' },
      { policy: 'overwrite', text: 'replace every game that differs, also newer ones' },
    ],
  },
  undo: {
    mark: 'UNDO  ',
    question: 'What shall become of games that were played since? Nothing is changed before a preview.',
    policies: [
      { policy: 'fail', text: 'change nothing if any of them was played since' },
      { policy: 'skip', text: 'leave those that were played since, undo the rest' },
      { policy: 'newer', text: 'replace them only where what was kept is a newer revision' },
      { policy: 'overwrite', text: 'replace them too, also newer ones' },
    ],
  },
};

interface RestoreChoiceProps {
  readonly kind: keyof typeof choices;
  /** The archive, or the run. */
  readonly name: string;
  readonly onChoose: (policy: OnExisting) => void;
  readonly onCancel: () => void;
}

export function RestoreChoice({ kind, name, onChoose, onCancel }: RestoreChoiceProps) {
  const { mark, question, policies } = choices[kind];
  const { theme, frame } = useShell();
  useKeys('modal', {
    rows: [
      ...policies.map(({ policy }, index) => ({
        keys: [String(index + 1)],
        what: policy,
        changesTarget: true,
        run: () => onChoose(policy),
      })),
      { keys: ['esc'], what: 'back', run: onCancel },
    ],
  });
  const cells = frame.columns - 2;
  // Where rows are short the policies must still be seen.
  const plain = frame.form === 'plain';
  const gap = plain ? [] : [[]];
  const lines = [
    [piece(mark, 'accent', true), piece(name, 'plain', true)],
    ...gap,
    ...wrap(question, cells)
      .slice(0, plain ? 1 : 2)
      .map((text) => [piece(text)]),
    ...gap,
    ...policies.map(({ policy, text }, index) => [
      piece(`  ${index + 1} `, 'accent', true),
      piece(policy.padEnd(11), policy === 'overwrite' ? 'bad' : 'plain', true),
      piece(text),
    ]),
  ];
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={lines.map((line) => cutLine(line, cells, theme.glyphs.ellipsis))} />
    </Box>
  );
}
