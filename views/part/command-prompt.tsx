import { useEffect, useMemo, useState } from 'react';
import { commonStart, completions, parseCommand } from '../commands.ts';
import { useCell } from '../hook/cell.ts';
import { screens } from '../screens.ts';
import { useShell } from '../shell.ts';
import { Prompt } from './prompt.tsx';

interface CommandPromptProps {
  readonly onClose: () => void;
  readonly onQuit: () => void;
  readonly onHelp: () => void;
}

/** More would not fit beside the text. */
const shownCandidates = 20;

/** `:` and what follows it; Tab completes screens and the ids of runbooks and games. */
export function CommandPrompt({ onClose, onQuit, onHelp }: CommandPromptProps) {
  const { ports, gameList, open, say } = useShell();
  const [runbooks, setRunbooks] = useState<readonly string[]>([]);
  useEffect(() => {
    // Without the list only completion is poorer; the runbooks' own screen says what is wrong.
    ports.runbooks.list().then(
      (found) => setRunbooks(found.map(({ id }) => id)),
      () => {},
    );
  }, [ports]);

  const submit = (text: string) => {
    onClose();
    if (text.trim() === '') return;
    const command = parseCommand(text, screens);
    if (command.kind === 'wrong') say(command.why);
    if (command.kind === 'open') open(command.view);
    if (command.kind === 'quit') onQuit();
    if (command.kind === 'help') onHelp();
  };
  const { rows } = useCell(gameList.listing);
  const gameIds = useMemo(() => rows.map(({ id }) => id), [rows]);
  const typedVerbs = Object.keys(ports.typed.options).map((name) => name.replace(/^backup /, ''));
  const candidates = (text: string) =>
    completions(text, screens, { runbook: runbooks, game: gameIds, verb: typedVerbs });
  return (
    <Prompt
      label=":"
      what="go"
      onSubmit={submit}
      onCancel={onClose}
      onComplete={(text) => commonStart(candidates(text)) || text}
      aside={(text) => candidates(text).slice(0, shownCandidates).join('  ')}
    />
  );
}
