import type { Json } from '../game/game.ts';

const linesShown = 300;
/** A list or object this short stands on its line. */
const inlineLength = 80;

/** A state as an indented tree; what is too long says how much is left out. */
export function stateTree(state: Json): string[] {
  const lines = isBranch(state) ? branchLines(state, '  ') : [`  ${JSON.stringify(state)}`];
  const more = lines.length - linesShown;
  return more > 0 ? [...lines.slice(0, linesShown), `  … and ${more} more lines, see --json`] : lines;
}

type Branch = readonly Json[] | { readonly [key: string]: Json };

const isBranch = (json: Json): json is Branch => typeof json === 'object' && json !== null;

function branchLines(branch: Branch, indent: string): string[] {
  return Object.entries(branch).flatMap(([key, value]) => {
    const name = Array.isArray(branch) ? `- ${key}` : key;
    const text = JSON.stringify(value);
    if (!isBranch(value) || text.length <= inlineLength) return [`${indent}${name}: ${text}`];
    return [`${indent}${name}`, ...branchLines(value, `${indent}  `)];
  });
}
