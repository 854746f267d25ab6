import { useTextField } from '../hook/use-text-field.ts';
import { cutLine, piece } from '../line.ts';
import { useShell } from '../shell.ts';
import { fieldLine } from './field.ts';
import { Line } from './text.tsx';

interface PromptProps {
  /** `modal` where it comes in front of a question. */
  readonly layer?: 'prompt' | 'modal';
  readonly label: string;
  readonly what: string;
  readonly initial?: string;
  /** Why the text cannot be submitted; undefined when it can. */
  readonly refuse?: (text: string) => string | undefined;
  readonly onSubmit: (text: string) => void;
  readonly onCancel: () => void;
  readonly onChange?: (text: string) => void;
  /** What Tab turns the text into. */
  readonly onComplete?: (text: string) => string;
  /** Shown behind the text. */
  readonly aside?: (text: string) => string;
}

/** The line above the keys while something is typed into it. */
export function Prompt({
  layer = 'prompt',
  label,
  what,
  initial,
  onSubmit,
  onCancel,
  onChange,
  onComplete,
  aside,
  refuse,
}: PromptProps) {
  const { theme, frame } = useShell();
  const edit = useTextField({
    layer,
    ...(initial === undefined ? {} : { initial }),
    ...(onChange ? { onChange } : {}),
    rows: ({ text }, setText) => [
      { keys: ['enter'], what, disabled: refuse?.(text), run: () => onSubmit(text) },
      ...(onComplete ? [{ keys: ['tab'], what: 'complete', run: () => setText(onComplete(text)) }] : []),
      { keys: ['esc'], what: 'cancel', run: onCancel },
    ],
  });
  const cells = frame.columns - 2;
  const { ellipsis } = theme.glyphs;
  const line = [
    ...fieldLine(label, edit, theme.glyphs, cells),
    piece(`  ${aside?.(edit.text) ?? ''}`, 'quiet'),
  ];
  return <Line of={cutLine(line, cells, ellipsis)} />;
}
