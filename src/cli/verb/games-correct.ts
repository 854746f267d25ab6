import { readFile } from 'node:fs/promises';
import { digestOf } from '../../base/digest.ts';
import { asFault, Fault } from '../../base/fault.ts';
import { editorCommand } from '../../config/terminal.ts';
import type { Json } from '../../game/game.ts';
import { isPhase } from '../../game/phases.ts';
import { idText } from '../../game/record-words.ts';
import { readJson } from '../../game/typed-json.ts';
import { correctionProblems } from '../../games/correction-problems.ts';
import type { EditableGame } from '../../games/game-view.ts';
import { act } from '../act.ts';
import { createEditor, type Editor } from '../editor.ts';
import { exit } from '../exit.ts';
import { evictionChoice, refuseGameWithPlan, requiredGame } from '../game-key.ts';
import { textOption, type VerbCall, type VerbResult, type VerbRun } from '../verb.ts';

export const run: VerbRun = async (call) => {
  refuseGameWithPlan(call);
  const { world, signal } = call;
  const open = world.actions['games correct'];
  if (textOption(call, 'plan') !== undefined) return act(call, open, inputOfPlan);
  const id = requiredGame(call);
  const reason = reasonOf(call);
  const file = textOption(call, 'file');
  // Wrong use is said before a backend is connected or the sandbox started.
  const given = file === undefined ? { editor: editorOf(call) } : { state: await stateIn(file) };
  const game = await (await world.games()).edit(id, signal);
  const phase = textOption(call, 'phase');
  const state =
    'state' in given ? given.state : await editState(call, game, phase ?? game.phase, given.editor);
  if (state === undefined || isAsBefore(game, state, phase)) return nothingDone(game);
  return act(call, open, () => ({ id, state, phase, reason, found: game.found, ...evictionChoice(call) }));
};

function inputOfPlan(): never {
  throw new Fault('internal', 'A saved plan has its own input');
}

function reasonOf(call: VerbCall): string {
  const reason = textOption(call, 'reason')?.trim();
  if (reason) return reason;
  throw new Fault('wrong-use', 'A correction by hand needs a reason', {
    next: 'Add --reason "what was wrong", for the event and the audit log',
  });
}

async function stateIn(file: string): Promise<Json> {
  const text = await readFile(file, 'utf8').catch((thrown) => {
    throw new Fault('wrong-use', `${file} cannot be read: ${asFault(thrown).message}`, {
      next: 'Name a file that holds the corrected state as JSON',
    });
  });
  const read = readJson(text);
  if (read.kind === 'json') return read.json;
  throw new Fault('wrong-use', `${file} ${read.why}`, {
    next: 'Mend it and run this again; nothing was written',
  });
}

function editorOf(call: VerbCall): Editor {
  const command = editorCommand();
  if (command === undefined || !call.ask) {
    throw new Fault('wrong-use', call.ask ? 'No editor is chosen' : 'There is no terminal to edit in', {
      next: call.ask
        ? 'Set EDITOR, or give the corrected state with --file'
        : 'Run this in a terminal, or give the corrected state with --file',
    });
  }
  return createEditor(command);
}

/** Offered again, as it was typed, while it is not JSON or not valid; undefined when the person lets it be. */
async function editState(
  { say, ask }: VerbCall,
  game: EditableGame,
  phase: string,
  editor: Editor,
): Promise<Json | undefined> {
  const before = `${JSON.stringify(game.proved?.state ?? null, undefined, 2)}\n`;
  let text = before;
  for (;;) {
    const { text: edited, ended } = await editor.edit(text);
    if (ended !== undefined) throw editorFailed(editor, ended);
    if (edited === before) return undefined;
    const read = readState(edited, game, phase);
    if ('state' in read) return read.state;
    say(read.wrong);
    const answer = (await ask?.('Enter to go on editing, q to leave: '))?.trim();
    if (answer !== '') return undefined;
    text = edited;
  }
}

function readState(
  text: string,
  { id, proved, phase: before }: EditableGame,
  phase: string,
): { readonly state: Json } | { readonly wrong: readonly string[] } {
  const read = readJson(text);
  if (read.kind === 'wrong') return { wrong: [`It ${read.why}`] };
  // A damaged phase is for the plan to refuse, with or without --phase.
  const problems = isPhase(phase)
    ? correctionProblems(id, read.json, phase, { state: proved?.state, phase: before })
    : [];
  if (problems.length === 0) return { state: read.json };
  return { wrong: ['Not a valid state:', ...problems.map((problem) => `  ${problem}`)] };
}

function editorFailed({ command }: Editor, ended: string): Fault {
  return new Fault('io-failed', `The editor (${command}) ended ${ended}: nothing was taken from it`, {
    next: 'Nothing was changed. Check VISUAL and EDITOR, or give the corrected state with --file',
  });
}

function isAsBefore({ proved, revision, phase }: EditableGame, state: Json, newPhase: string | undefined) {
  if (proved?.revision !== revision || digestOf(proved.state) !== digestOf(state)) return false;
  return newPhase === undefined || newPhase === phase;
}

const nothingDone = ({ id, revision }: EditableGame): VerbResult => ({
  exit: exit.done,
  result: { id, revision, changed: false },
  text: () => [`Nothing was changed, so nothing was done: game ${idText(id)} stays at revision ${revision}`],
});
