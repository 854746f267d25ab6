/** A small runbook that breaks no rule. Tests change one thing in it and say what that breaks. */
export const soundRunbook = `apiVersion: runbook/v1
id: sound
title: Is it sound?
summary: All kinds of nodes.
start: rate
metrics:
  err: { signal: errorRatio, unit: ratio, maxAge: 60s }
nodes:
  rate:
    kind: question
    title: How many fail?
    evidence: [err]
    branches:
      - { when: err > 20 %, label: Many, goto: act }
      - { when: err > 5 %, label: Some, goto: ask }
    else: { label: Few, goto: calm }
    noData: { label: Unknown, goto: look }
  look:
    kind: instruction
    title: Look
    commands: [gamekeeper status]
    next: ask
  ask:
    kind: choice
    title: Is it bad?
    choices:
      - { label: 'Yes', goto: act }
      - { label: 'No', goto: calm }
  act:
    kind: action
    title: Act
    uses: rollback run
    onOk: done
    onFail: page
    onUnknown: page
  done: { kind: outcome, title: Done, result: mitigated }
  calm: { kind: outcome, title: Calm, result: watching }
  page: { kind: outcome, title: Page, result: escalated }
`;

/** The sound runbook with one text replaced, which must be there. */
export function changed(from: string, to: string): string {
  if (!soundRunbook.includes(from)) throw new Error(`The sound runbook has no ${from}`);
  return soundRunbook.replace(from, to);
}

/** Line and column, as problems give them, of the first place where `found` stands in the text. */
export function placeOf(text: string, found: string): { readonly line: number; readonly column: number } {
  if (!text.includes(found)) throw new Error(`The text has no ${found}`);
  const before = text.slice(0, text.indexOf(found)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
