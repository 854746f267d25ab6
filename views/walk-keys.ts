import type { Way } from '../src/runbook/walk.ts';
import type { WalkControl } from './hook/use-walk.ts';
import type { KeyRow } from './keymap.ts';

interface WalkActs {
  /** A way that needs a reason is to be taken. */
  readonly onOverride: (way: Way) => void;
  /** The node's action is to be previewed. */
  readonly onAct: () => void;
}

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** Digits take ways here, all of them: a digit too many must not leave the walk for another screen. */
export function walkRows(
  { state, moving, take, back, refresh }: WalkControl,
  { onOverride, onAct }: WalkActs,
): readonly KeyRow[] {
  const { ways, node, path, ended } = state;
  const wait = moving ? 'the last move is being recorded' : undefined;
  return [
    ...(node.kind === 'action'
      ? [{ keys: ['p'], what: `preview ${node.uses}`, changesTarget: true, disabled: wait, run: onAct }]
      : []),
    ...ways.map(
      (way, index): KeyRow => ({
        keys: [String(index + 1)],
        what: ways.length > 1 ? 'take that way' : 'take it',
        disabled: wait,
        run: () => (way.needsReason ? onOverride(way) : take(way.goto)),
      }),
    ),
    {
      keys: digits.slice(ways.length),
      what: 'no way',
      helpOnly: true,
      disabled: 'there are no more ways than those numbered',
      run: () => {},
    },
    {
      keys: ['b'],
      what: 'step back',
      disabled:
        wait ?? (ended ? 'the walk has ended' : path.length === 0 ? 'this is the first step' : undefined),
      helpOnly: path.length === 0 || ended,
      run: back,
    },
    {
      keys: ['r'],
      what: 'read again',
      disabled: ended ? 'the walk has ended' : undefined,
      helpOnly: ended,
      run: refresh,
    },
  ];
}
