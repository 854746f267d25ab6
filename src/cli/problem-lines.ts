import type { ConfigProblem } from '../config/given.ts';
import { problemText } from '../config/load.ts';

interface Problems {
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

/** What is wrong with a configuration, for people, apart from what stands above it; nothing when all is well. */
export function problemLines({ problems, warnings }: Problems): string[] {
  const line = (kind: string) => (problem: ConfigProblem) => [
    `${kind}  ${problemText(problem)}`,
    `         ${problem.next}`,
  ];
  const lines = [...problems.flatMap(line('error  ')), ...warnings.flatMap(line('warning'))];
  return lines.length > 0 ? ['', ...lines] : [];
}
