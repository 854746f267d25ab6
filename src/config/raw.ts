import type { VariableName } from './schema.ts';

/** A value as somebody wrote it. */
export interface Raw {
  readonly text: string;
  /** Where it came from, for messages. */
  readonly from: string;
}

export type RawValues = Partial<Record<VariableName, Raw>>;
