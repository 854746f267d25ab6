import { Box } from 'ink';
import { useState } from 'react';
import { asFault, type Fault } from '../../src/base/fault.ts';
import { cutLine, type Line as LineData, piece, wrap } from '../line.ts';
import { ActionFlow } from '../part/action-flow.tsx';
import { Prompt } from '../part/prompt.tsx';
import { Lines } from '../part/text.tsx';
import type { ActionRequest, TypedOption } from '../ports.ts';
import { useShell } from '../shell.ts';

interface TypedActionProps {
  /** As behind `gamekeeper backup`. */
  readonly words: string;
  /** They may be added to first. */
  readonly asks: boolean;
  readonly onClose: () => void;
}

type Asking =
  | { readonly words: string; readonly fault?: Fault }
  | { readonly words: string; readonly request: ActionRequest };

/** A verb of backups with the words that it takes in a shell. Whoever leaves its plan can change them. */
export function TypedAction({ words, asks, onClose }: TypedActionProps) {
  const { ports } = useShell();
  const readWords = (typed: string): Asking => {
    try {
      return { words: typed, request: ports.typed.read(`backup ${typed}`) };
    } catch (thrown) {
      return { words: typed, fault: asFault(thrown) };
    }
  };
  const [asking, ask] = useState<Asking>(() => (asks ? { words } : readWords(words)));
  if ('request' in asking) {
    return (
      <ActionFlow
        request={asking.request}
        onClose={(report) => (report ? onClose() : ask({ words: asking.words }))}
      />
    );
  }
  return <WordsPrompt {...asking} onWords={(typed) => ask(readWords(typed))} onCancel={onClose} />;
}

interface WordsPromptProps {
  readonly words: string;
  readonly fault?: Fault;
  readonly onWords: (words: string) => void;
  readonly onCancel: () => void;
}

const question = 'As in a shell; nothing is changed before a preview';

function WordsPrompt({ words, fault, onWords, onCancel }: WordsPromptProps) {
  const { ports, frame, theme } = useShell();
  const [typed, setTyped] = useState(words);
  const cells = frame.columns - 2;
  const [verb = ''] = typed.trim().split(/\s/);
  const options = ports.typed.options[`backup ${verb}`];
  const shown: readonly LineData[] = [
    ...(fault ? refusalLines(fault, cells) : [[]]),
    ...(options ?? []).flatMap((option) => optionLines(option, cells)),
    ...(options ? [] : [[piece(`  One of: ${Object.keys(ports.typed.options).join(', ')}`, 'quiet')]]),
  ];
  return (
    <Box flexDirection="column" paddingX={1}>
      <Lines of={[[piece('BACKUP  ', 'accent', true), piece(question, 'plain', true)]]} />
      <Prompt
        layer="modal"
        label="backup"
        what="preview"
        initial={words}
        onChange={setTyped}
        onSubmit={onWords}
        onCancel={onCancel}
      />
      <Lines of={shown.map((line) => cutLine(line, cells, theme.glyphs.ellipsis))} />
    </Box>
  );
}

const refusalLines = ({ message, next }: Fault, cells: number): readonly LineData[] => [
  ...wrap(message, cells).map((text) => [piece(text, 'bad')]),
  ...(next === undefined ? [] : wrap(next, cells).map((text) => [piece(text, 'accent')])),
];

const formCells = 31;

const optionLines = ({ form, about }: TypedOption, cells: number): readonly LineData[] =>
  wrap(about, Math.max(20, cells - formCells)).map((text, row) => [
    piece((row === 0 ? `  ${form}` : '').padEnd(formCells), 'accent'),
    piece(text, 'quiet'),
  ]);
