import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { inFileOrder, type Problem } from './problem.ts';
import { referenceRules } from './references.ts';
import { applyRules } from './rule.ts';
import type { Runbook, RunbookNode } from './runbook.ts';
import { type IssueParams, runbookSchema, type WrittenNode, type WrittenRunbook } from './schema.ts';
import { type SourceText, sourceText } from './source-text.ts';
import { readYaml } from './yaml.ts';

/** A runbook is read by people: more than this is no runbook. */
export const maxRunbookBytes = 1024 * 1024;

/** A runbook whose names all resolve, with the text that it came from. */
export interface ParsedRunbook {
  readonly runbook: Runbook;
  readonly source: SourceText;
}

export type Parsed =
  | ({ readonly kind: 'runbook' } & ParsedRunbook)
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] };

/** @param file the path, as problems will name it */
export function parseRunbook(text: string, file: string): Parsed {
  if (Buffer.byteLength(text) > maxRunbookBytes) return tooLarge(file);
  const read = readYaml(text, file);
  if (read.problems.length > 0) return broken(read.problems);

  const source = sourceText(file, text, read.document, read.lines);
  const written = runbookSchema.safeParse(read.document.toJS(), { error: messageOf, reportInput: true });
  if (!written.success) {
    return broken(inFileOrder(written.error.issues.flatMap((issue) => issueProblems(issue, source))));
  }
  const runbook = toRunbook(written.data, text, file);
  const references = applyRules(referenceRules, { runbook, written: written.data, source });
  return references.length > 0 ? broken(references) : { kind: 'runbook', runbook, source };
}

const broken = (problems: readonly Problem[]): Parsed => ({ kind: 'broken', problems });

export function tooLarge(file: string): Parsed {
  const message = `it is larger than ${maxRunbookBytes / 1024} KiB`;
  return broken([{ file, line: 1, column: 1, rule: 'too-large', message, next: 'Split it' }]);
}

function messageOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') return undefined;
  const name = String(issue.path?.at(-1) ?? 'the file');
  if (issue.input === undefined) return `"${name}" is missing`;
  if (issue.code === 'invalid_type') return `"${name}" must be ${article(issue.expected)}`;
  if (issue.code === 'invalid_value') return `"${name}" must be ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_union') {
    return `"${name}" must be question, choice, instruction, action or outcome`;
  }
  return undefined;
}

function article(type: string): string {
  if (type === 'array') return 'a list';
  if (type === 'object' || type === 'record') return 'a map';
  return `a ${type}`;
}

function issueProblems(issue: z.core.$ZodIssue, source: SourceText): readonly Problem[] {
  const { file } = source;
  if (issue.code === 'unrecognized_keys') {
    // To find each key again takes as long as there are keys.
    return issue.keys.slice(0, 20).map((key) => ({
      file,
      ...source.keyAt([...issue.path, key]),
      rule: 'unknown-key',
      message: `"${key}" is not known here`,
      next: 'Remove it or correct its spelling',
    }));
  }
  const { rule, next } = ruleOf(issue);
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ file, ...source.at(issue.path), rule, message, next }];
}

function ruleOf(issue: z.core.$ZodIssue): IssueParams {
  if (issue.input === undefined) return { rule: 'schema', next: 'Add it' };
  const { rule = 'schema', next = 'Correct it' }: Partial<IssueParams> =
    issue.code === 'custom' ? (issue.params ?? {}) : {};
  return { rule, next };
}

function toRunbook(written: WrittenRunbook, text: string, path: string): Runbook {
  const { apiVersion: _version, metrics, nodes, ...head } = written;
  return {
    ...head,
    metrics: mapValues(metrics, ({ maxAge, ...metric }) => ({ ...metric, maxAgeMs: maxAge })),
    nodes: mapValues(nodes, toNode),
    hash: createHash('sha256').update(text).digest('hex'),
    path,
  };
}

function toNode({ text, ...written }: WrittenNode): RunbookNode {
  const optional = text === undefined ? {} : { text };
  if (written.kind !== 'question') return { ...written, ...optional };
  const { else: otherwise, branches, ...question } = written;
  return {
    ...question,
    ...optional,
    otherwise,
    branches: branches.map(({ when, ...branch }) => ({ ...branch, when: when.condition })),
  };
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, map: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
