import { Box } from 'ink';
import { useState } from 'react';
import { globalRows, runbookKey, tabs } from './global-keys.ts';
import { useCell } from './hook/cell.ts';
import { useFeed } from './hook/use-feed.ts';
import { useKeys } from './hook/use-keys.ts';
import type { KeyRow } from './keymap.ts';
import { cutLine, piece } from './line.ts';
import type { Machinery } from './machinery.ts';
import { canClose, type ViewStack } from './navigation.ts';
import { CommandPrompt } from './part/command-prompt.tsx';
import { Header } from './part/header.tsx';
import { Hints } from './part/hints.tsx';
import { PlainHeader } from './part/plain-header.tsx';
import { QuitQuestion } from './part/quit-question.tsx';
import { Line } from './part/text.tsx';
import { Help } from './screen/help.tsx';
import { Plain } from './screen/plain.tsx';
import { screens } from './screens.ts';
import { useShell } from './shell.ts';

interface RoomProps {
  readonly machinery: Machinery;
  readonly stack: ViewStack;
  readonly busy: string | undefined;
}

type InFront = 'command' | 'quit' | { readonly help: readonly KeyRow[] };

/** Header, the screen on top of the stack, one line for what is said or typed, the keys. */
export function Room({ machinery, stack, busy }: RoomProps) {
  const { ports, dispatcher, frame, open, back } = useShell();
  const [inFront, setInFront] = useState<InFront>();
  const close = () => setInFront(undefined);
  const plain = frame.form === 'plain';
  const runbook = useFeed(ports.feeds.status).last?.value.runbook;
  const [view] = stack;
  const quit = () => (busy === undefined ? machinery.quit() : setInFront('quit'));

  useKeys('global', {
    rows: globalRows({
      view,
      deep: canClose(stack),
      busy,
      headed: !plain,
      runbook,
      open,
      back,
      show: (what) => setInFront(what === 'help' ? { help: dispatcher.rows() } : what),
      quit,
    }),
  });
  useKeys('system', {
    rows: [
      { keys: ['ctrl-l'], what: 'draw the screen again', helpOnly: true, run: machinery.redraw },
      { keys: ['ctrl-c'], what: 'quit', helpOnly: true, run: quit },
    ],
  });

  // Once nothing runs any more there is nothing to ask.
  const asked = inFront === 'quit' ? busy : undefined;
  const help = typeof inFront === 'object' ? inFront.help : undefined;
  const { component: Screen, ownDigits = false } = screens[view.screen];
  return (
    <>
      {plain ? (
        <PlainHeader />
      ) : (
        <Header screen={view.screen} tabs={tabs} showKeys={!ownDigits} runbookKey={runbookKey} />
      )}
      {help && <Help rows={help} onClose={close} />}
      <Box
        display={help ? 'none' : 'flex'}
        height={frame.contentRows}
        flexShrink={0}
        flexDirection="column"
        overflow="hidden"
      >
        {plain && view.screen === 'overview' ? (
          <Plain />
        ) : (
          <Screen key={`${view.subject} ${view.layout}`} view={view} />
        )}
      </Box>
      <Box flexDirection="column" paddingX={1} flexShrink={0}>
        {inFront === 'command' && (
          <CommandPrompt
            onClose={close}
            onQuit={quit}
            onHelp={() => setInFront({ help: dispatcher.rows() })}
          />
        )}
        {asked !== undefined && <QuitQuestion running={asked} onQuit={machinery.quit} onStay={close} />}
        {inFront !== 'command' && asked === undefined && <Said notice={machinery.notice} />}
        <Hints />
      </Box>
    </>
  );
}

/** The line above the keys: what was last said. */
function Said({ notice }: { notice: Machinery['notice'] }) {
  const { frame, theme } = useShell();
  const text = useCell(notice);
  const line = text === undefined ? [] : [piece(text, 'warn')];
  return <Line of={cutLine(line, frame.columns - 2, theme.glyphs.ellipsis)} />;
}
