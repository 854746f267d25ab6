import type { SignalId, Unit } from '../metrics/source.ts';

export type Comparison = '>' | '>=' | '<' | '<=';

/** `err > 0.20`, parsed. */
export interface Condition {
  readonly metric: string;
  readonly comparison: Comparison;
  readonly threshold: number;
}

export interface RunbookMetric {
  readonly signal: SignalId;
  readonly unit: Unit;
  /** Older readings count as no data. */
  readonly maxAgeMs: number;
}

interface NodeBase {
  readonly title: string;
  readonly text?: string;
}

export interface QuestionNode extends NodeBase {
  readonly kind: 'question';
  readonly evidence: readonly string[];
  /** The first that holds is suggested. */
  readonly branches: readonly { readonly when: Condition; readonly label: string; readonly goto: string }[];
  readonly otherwise: { readonly label: string; readonly goto: string };
  readonly noData: { readonly label: string; readonly goto: string };
}

export interface ChoiceNode extends NodeBase {
  readonly kind: 'choice';
  readonly choices: readonly { readonly label: string; readonly goto: string }[];
}

export interface InstructionNode extends NodeBase {
  readonly kind: 'instruction';
  readonly commands: readonly string[];
  readonly next: string;
}

export interface ActionNode extends NodeBase {
  readonly kind: 'action';
  /** Name of a row of the action catalogue; always previewed and confirmed. */
  readonly uses: 'rollback run';
  readonly onOk: string;
  readonly onFail: string;
  /** The run ended without a clear result: look, never run again blindly. */
  readonly onUnknown: string;
}

export interface OutcomeNode extends NodeBase {
  readonly kind: 'outcome';
  readonly result: 'mitigated' | 'resolved-itself' | 'escalated' | 'watching';
}

export type RunbookNode = QuestionNode | ChoiceNode | InstructionNode | ActionNode | OutcomeNode;

export interface Runbook {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly start: string;
  readonly metrics: Readonly<Record<string, RunbookMetric>>;
  readonly nodes: Readonly<Record<string, RunbookNode>>;
  /** SHA-256 (hex) of the file; a walk pins it. */
  readonly hash: string;
  readonly path: string;
}
