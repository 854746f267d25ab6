import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Problem } from './problem.ts';

/** A document, to be used only when it has no problems, and what turns its offsets into lines. */
export interface ReadYaml {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly problems: readonly Problem[];
}

/** Collections within collections; a runbook needs six. */
const maxDepth = 20;

/** YAML 1.2 without aliases. Takes time in proportion to the text, whatever it holds. */
export function readYaml(text: string, file: string): ReadYaml {
  const lines = new LineCounter();
  // The parser's own search for double keys compares each with each.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
  });
  const problem = (offset: number, message: string, next: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, rule: 'yaml', message, next };
  };
  // After the first the parser guesses.
  const problems = [...document.errors, ...document.warnings]
    .slice(0, 3)
    .map(({ pos, message }) => problem(pos[0], message, 'Correct the YAML'));
  if (problems.length > 0) return { document, lines, problems };

  visit(document, {
    // A few aliases can stand for gigabytes.
    Alias: (_key, { range }) => {
      problems.push(problem(range?.[0] ?? 0, 'aliases are not read', 'Write the value out'));
    },
    Collection: (_key, node, path) => {
      for (const { key } of isMap(node) ? repeated(node) : []) {
        if (!isScalar(key)) continue;
        problems.push(problem(key.range?.[0] ?? 0, `"${key.value}" stands here twice`, 'Remove one'));
      }
      if (path.filter(isCollection).length < maxDepth) return undefined;
      problems.push(problem(node.range?.[0] ?? 0, 'it is nested too deeply', 'Flatten it'));
      return visit.BREAK;
    },
  });
  return { document, lines, problems };
}

function repeated(map: YAMLMap): readonly Pair[] {
  const seen = new Set<unknown>();
  return map.items.filter(({ key }) => {
    const name = isScalar(key) ? key.value : key;
    const isKnown = seen.has(name);
    seen.add(name);
    return isKnown;
  });
}
