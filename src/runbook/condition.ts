import type { Unit } from '../base/units.ts';
import type { Comparison, Condition } from './runbook.ts';

/** A condition as written; `unit` is undefined when its number stood alone. */
export interface WrittenCondition {
  readonly condition: Condition;
  readonly unit: Unit | undefined;
}

interface Suffix {
  readonly unit: Unit;
  readonly times?: number;
  /** A division keeps `7 %` exactly 0.07. */
  readonly per?: number;
}

const suffixes: Readonly<Record<string, Suffix>> = {
  '%': { unit: 'ratio', per: 100 },
  ms: { unit: 'seconds', per: 1000 },
  s: { unit: 'seconds' },
  min: { unit: 'seconds', times: 60 },
  B: { unit: 'bytes' },
  KB: { unit: 'bytes', times: 1e3 },
  MB: { unit: 'bytes', times: 1e6 },
  GB: { unit: 'bytes', times: 1e9 },
  TB: { unit: 'bytes', times: 1e12 },
  KiB: { unit: 'bytes', times: 1024 },
  MiB: { unit: 'bytes', times: 1024 ** 2 },
  GiB: { unit: 'bytes', times: 1024 ** 3 },
  TiB: { unit: 'bytes', times: 1024 ** 4 },
  '/s': { unit: 'per-second' },
  '/min': { unit: 'per-minute' },
  games: { unit: 'games' },
  servers: { unit: 'servers' },
  writes: { unit: 'writes' },
};

const form = /^([a-z][A-Za-z0-9]{0,31})\s*(>=|<=|>|<)\s*(\d{1,15}(?:\.\d{1,15})?)\s*(\S*)$/;

/** `err > 0.20`, `err > 20 %`, `p99 >= 100 ms`; undefined when it has another form or an unknown unit. */
export function parseCondition(text: string): WrittenCondition | undefined {
  const [, metric, comparison, digits, suffixText] = form.exec(text.trim()) ?? [];
  if (metric === undefined || digits === undefined) return undefined;
  const suffix = suffixText ? ownSuffix(suffixText) : undefined;
  if (suffixText && !suffix) return undefined;
  const threshold = (Number(digits) * (suffix?.times ?? 1)) / (suffix?.per ?? 1);
  // The pattern lets nothing but a comparison through.
  return { condition: { metric, comparison: comparison as Comparison, threshold }, unit: suffix?.unit };
}

const ownSuffix = (text: string) => (Object.hasOwn(suffixes, text) ? suffixes[text] : undefined);

/** Whether the condition holds for a value that is known. */
export function holds({ comparison, threshold }: Condition, value: number): boolean {
  switch (comparison) {
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
  }
}
