import { expect, it } from 'vitest';
import { outline } from '../../../src/runbook/outline.ts';
import { parseRunbook } from '../../../src/runbook/parse.ts';
import type { Runbook } from '../../../src/runbook/runbook.ts';
import { soundRunbook } from '../../setup/runbook-text.ts';

function runbookOf(text: string): Runbook {
  const parsed = parseRunbook(text, 'a.yaml');
  if (parsed.kind === 'broken') throw new Error(JSON.stringify(parsed.problems));
  return parsed.runbook;
}

it('draws each node once and points to it where it is met again', () => {
  expect(outline(runbookOf(soundRunbook)).join('\n')).toBe(`Is it sound? (sound)
All kinds of nodes.

rate: How many fail?
  Look at: Error ratio
  - Error ratio > 20 %: Many
    act: Act [rollback run, previewed and confirmed]
      - Done and verified
        done: Done [mitigated]
      - Not done, or only in part
        page: Page [escalated]
      - Ended without proof → see page
  - Error ratio > 5 %: Some
    ask: Is it bad?
      - Yes → see act
      - No
        calm: Calm [watching]
  - else: Few → see calm
  - no data: Unknown
    look: Look
      $ gamekeeper status
      then → see ask`);
});

/** A chain of choices, each a level deeper. */
function deep(levels: number): Runbook {
  const words = 'word '.repeat(40).trim();
  const nodes = Array.from(
    { length: levels },
    (_none, level) => `  n${level}:
    kind: choice
    title: Level ${level}
    text: ${words}
    choices: [{ label: On, goto: n${level + 1} }, { label: Again, goto: n0 }]
`,
  );
  const head = 'apiVersion: runbook/v1\nid: deep\ntitle: Deep\nsummary: Deep\nstart: n0\nnodes:\n';
  return runbookOf(`${head}${nodes.join('')}  n${levels}: { kind: outcome, title: End, result: watching }\n`);
}

it('fits 80 columns however deep the tree is', () => {
  const lines = outline(deep(60));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.filter((line) => line.trim().startsWith('n60: End'))).toHaveLength(1);
});
