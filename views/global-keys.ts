/** The keys that work on every screen. */
import type { KeyRow } from './keymap.ts';
import { screenIds, type View } from './navigation.ts';
import { screens } from './screens.ts';

export interface GlobalKeysInput {
  readonly view: View;
  readonly deep: boolean;
  /** What is running; nobody leaves it by accident. */
  readonly busy: string | undefined;
  /** Its top lines show the runbook's key and the tabs. */
  readonly headed: boolean;
  /** Of the verdict's worst reason. */
  readonly runbook: string | undefined;
  readonly open: (view: View) => void;
  readonly back: () => void;
  readonly show: (what: 'command' | 'help') => void;
  readonly quit: () => void;
}

export const runbookKey = 'o';

export function globalRows({
  view,
  deep,
  busy,
  headed,
  runbook,
  open,
  back,
  show,
  quit,
}: GlobalKeysInput): readonly KeyRow[] {
  const leave = busy === undefined ? undefined : `${busy} is running`;
  return [
    {
      keys: [runbookKey],
      what: 'open the runbook',
      helpOnly: headed || runbook === undefined,
      disabled: leave ?? whyNoRunbook(view, runbook),
      run: () => runbook !== undefined && open({ screen: 'walk', subject: runbook }),
    },
    ...tabs.map(({ id, key, title }) => ({
      keys: [key],
      what: `go to ${title}`,
      // The tabs show these.
      helpOnly: true,
      disabled: leave,
      run: () => open({ screen: id }),
    })),
    {
      keys: ['esc'],
      what: 'back',
      helpOnly: leave !== undefined || !deep,
      disabled: leave ?? (deep ? undefined : 'this is the first screen'),
      run: back,
    },
    {
      keys: [':'],
      what: 'command',
      helpOnly: leave !== undefined,
      disabled: leave,
      run: () => show('command'),
    },
    { keys: ['?'], what: 'help', run: () => show('help') },
    { keys: ['q'], what: 'quit', run: quit },
  ];
}

/** Screens that a key opens, in the order of the catalogue. */
export const tabs = screenIds.flatMap((id) => {
  const { key, title } = screens[id];
  return key === undefined ? [] : [{ id, key, title }];
});

function whyNoRunbook(view: View, runbook: string | undefined): string | undefined {
  if (runbook === undefined) return 'nothing is wrong that a runbook is named for';
  return view.screen === 'walk' && view.subject === runbook ? 'it is open' : undefined;
}
