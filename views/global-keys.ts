/** The keys that work on every screen. */
import type { KeyRow } from './keymap.ts';
import { screenIds, type View } from './navigation.ts';
import { screens } from './screens.ts';

export interface GlobalKeysInput {
  readonly view: View;
  readonly deep: boolean;
  /** What is running; nobody leaves it by accident. */
  readonly busy: string | undefined;
  /** Of the verdict's worst reason. */
  readonly runbook: string | undefined;
  readonly open: (view: View) => void;
  readonly back: () => void;
  readonly show: (what: 'command' | 'filter' | 'help') => void;
  readonly quit: () => void;
}

export const runbookKey = 'o';

export function globalRows({
  view,
  deep,
  busy,
  runbook,
  open,
  back,
  show,
  quit,
}: GlobalKeysInput): readonly KeyRow[] {
  const leave = busy === undefined ? undefined : `${busy} is running`;
  const filterless = screens[view.screen].filters ? undefined : 'there is no list on this screen';
  return [
    {
      keys: [runbookKey],
      what: 'open the runbook',
      helpOnly: runbook === undefined,
      disabled: leave ?? (runbook === undefined ? 'nothing is wrong that a runbook is named for' : undefined),
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
      helpOnly: !deep,
      disabled: leave ?? (deep ? undefined : 'this is the first screen'),
      run: back,
    },
    {
      keys: ['/'],
      what: 'filter',
      helpOnly: filterless !== undefined,
      disabled: filterless,
      run: () => show('filter'),
    },
    { keys: [':'], what: 'command', disabled: leave, run: () => show('command') },
    { keys: ['?'], what: 'help', run: () => show('help') },
    { keys: ['q'], what: 'quit', run: quit },
  ];
}

/** Screens that a key opens, in the order of the catalogue. */
export const tabs = screenIds.flatMap((id) => {
  const { key, title } = screens[id];
  return key === undefined ? [] : [{ id, key, title }];
});
