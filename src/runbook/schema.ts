/** The YAML form of a runbook, `runbook/v1`. Every object refuses keys that it does not know. */
import * as z from 'zod';
import { parseDuration } from '../base/duration.ts';
import { units } from '../base/units.ts';
import { isSignalId, type SignalId, signals } from '../metrics/source.ts';
import { parseCondition } from './condition.ts';

/** What a custom issue carries beside its message. */
export interface IssueParams {
  readonly rule: string;
  readonly next: string;
}

const params = (rule: string, next: string): { params: Record<keyof IssueParams, string> } => ({
  params: { rule, next },
});

const id = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,47}$/,
    'an id has lower-case letters, digits and dashes, at most 48, a letter first',
  );
const oneLine = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(120, 'must have at most 120 characters')
  .regex(/^[^\r\n]*$/, 'must be one line');
const text = z.string().trim().min(1, 'must not be empty').max(4000, 'must have at most 4000 characters');

const duration = z.string().transform((written, context) => {
  const ms = parseDuration(written);
  if (ms !== undefined) return ms;
  context.addIssue({
    code: 'custom',
    message: `"${written}" is not a duration`,
    ...params('duration', 'Write a number and ms, s, m, h or d, like 60s'),
  });
  return z.NEVER;
});

const condition = z.string().transform((written, context) => {
  const parsed = parseCondition(written);
  if (parsed) return parsed;
  context.addIssue({
    code: 'custom',
    message: `"${written}" is not a condition`,
    ...params('condition', 'Write a metric, a comparison and a number, like err > 20 % or p99 >= 100 ms'),
  });
  return z.NEVER;
});

const knownSignals = Object.keys(signals).join(', ');
const signal = z.custom<SignalId>((value) => typeof value === 'string' && isSignalId(value), {
  error: ({ input }) => (input === undefined ? undefined : `"${String(input)}" is not a signal`),
  ...params('unknown-signal', `Use one of ${knownSignals}`),
});

const action = z.custom<'rollback run'>((value) => value === 'rollback run', {
  error: ({ input }) => (input === undefined ? undefined : `"${String(input)}" is not an action`),
  ...params('unknown-action', 'Use rollback run'),
});

const way = z.strictObject({ label: oneLine, goto: id });
const titled = { title: oneLine, text: text.optional() };

const node = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('question'),
    ...titled,
    evidence: z.array(z.string()).min(1, 'a question shows at least one metric'),
    branches: z
      .array(z.strictObject({ when: condition, label: oneLine, goto: id }))
      .min(1, 'a question has at least one branch'),
    else: way,
    noData: way,
  }),
  z.strictObject({
    kind: z.literal('choice'),
    ...titled,
    choices: z.array(way).min(2, 'a choice has at least two ways on'),
  }),
  z.strictObject({
    kind: z.literal('instruction'),
    ...titled,
    commands: z.array(oneLine).default([]),
    next: id,
  }),
  z.strictObject({ kind: z.literal('action'), ...titled, uses: action, onOk: id, onFail: id, onUnknown: id }),
  z.strictObject({
    kind: z.literal('outcome'),
    ...titled,
    result: z.enum(['mitigated', 'resolved-itself', 'escalated', 'watching']),
  }),
]);

const metricName = z.string().regex(/^[a-z][A-Za-z0-9]{0,31}$/, 'a metric name has letters and digits');

export const runbookSchema = z.strictObject({
  apiVersion: z.literal('runbook/v1'),
  id,
  title: oneLine,
  summary: text,
  start: id,
  metrics: z
    .record(metricName, z.strictObject({ signal, unit: z.enum(units), maxAge: duration }))
    .default({}),
  nodes: z.record(id, node).refine((nodes) => Object.keys(nodes).length <= 500, 'has more than 500 nodes'),
});

export type WrittenRunbook = z.infer<typeof runbookSchema>;
export type WrittenNode = z.infer<typeof node>;
