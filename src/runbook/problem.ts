/** Where something stands in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with a runbook's file. */
export interface Problem extends Position {
  readonly file: string;
  /** Id of the rule that it breaks. */
  readonly rule: string;
  readonly message: string;
  /** What to do about it, as an imperative sentence. */
  readonly next: string;
}

/** `runbooks/a.yaml:12:7 dangling-goto: …`, the form that editors make a link of. */
export function problemLine({ file, line, column, rule, message, next }: Problem): string {
  return `${file}:${line}:${column} ${rule}: ${message}. ${next}`;
}

export function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
