import type { Filter } from '../hook/use-filter.ts';
import { type Line as LineData, piece } from '../line.ts';
import { Prompt } from './prompt.tsx';
import { Line } from './text.tsx';

interface FilterLineProps {
  readonly filter: Filter;
  readonly otherwise: LineData;
  /** What can be typed, shown beside it. */
  readonly grammar?: string;
}

/** The filter of a list while it is typed, and while it hides rows; else what there is to say about the list. */
export function FilterLine({ filter, otherwise, grammar = '' }: FilterLineProps) {
  const { text, asking, setText, close } = filter;
  if (asking) {
    const drop = () => {
      setText('');
      close();
    };
    return (
      <Prompt
        label="/"
        what="keep"
        initial={text}
        aside={() => grammar}
        onChange={setText}
        onSubmit={close}
        onCancel={drop}
      />
    );
  }
  if (text === '' || otherwise.length > 0) return <Line of={otherwise} />;
  return <Line of={[piece(`filter /${text}`, 'accent'), piece('  / changes it', 'quiet')]} />;
}
