import { inFileOrder, type Position, type Problem } from './problem.ts';
import type { SourceText } from './source-text.ts';

/** Something that a rule found wrong. */
export interface Finding {
  readonly at: Position;
  readonly message: string;
  /** What to do about it, as an imperative sentence. */
  readonly next: string;
}

/** One row of a rule book: `about` is what a good runbook does. */
export interface Rule<Subject> {
  readonly id: string;
  readonly about: string;
  check(subject: Subject): readonly Finding[];
}

/** What the rules find, in the file's order. */
export function applyRules<Subject extends { readonly source: SourceText }>(
  rules: readonly Rule<Subject>[],
  subject: Subject,
): readonly Problem[] {
  const problems = rules.flatMap(({ id, check }) =>
    check(subject).map(({ at, message, next }) => ({
      file: subject.source.file,
      ...at,
      rule: id,
      message,
      next,
    })),
  );
  return inFileOrder(problems);
}
