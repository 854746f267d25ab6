import type { VariableName } from './schema.ts';

export type Source =
  | { readonly kind: 'default' }
  | { readonly kind: 'preset'; readonly name: string }
  | {
      readonly kind: 'profile';
      readonly name: string;
      readonly file: string;
      readonly line: number;
      readonly column: number;
    }
  | { readonly kind: 'environment' }
  | { readonly kind: 'flag'; readonly flag: string };

/** A value as somebody wrote it, and where. */
export interface Given {
  readonly text: string;
  readonly source: Source;
}

export type Layer = Partial<Record<VariableName, Given>>;

/** Something that is wrong, or looks it. It never repeats a value. */
export interface ConfigProblem {
  /** The variable or profile key it is about; undefined for a whole file or flag. */
  readonly variable: string | undefined;
  /** For people: `environment`, `/…/staging.yaml:3:1`, `--set`. */
  readonly place: string;
  readonly what: string;
  readonly next: string;
}

/** For people; a place in a file can be clicked in most terminals. */
export function placeOf(source: Source): string {
  switch (source.kind) {
    case 'default':
      return 'default';
    case 'preset':
      return `preset ${source.name}`;
    case 'profile':
      return `${source.file}:${source.line}:${source.column}`;
    case 'environment':
      return 'environment';
    case 'flag':
      return source.flag;
  }
}

/** Shorter than a place: where there is a column for it. */
export const sourceWords = (source: Source): string =>
  source.kind === 'profile' ? `profile ${source.name} (line ${source.line})` : placeOf(source);
