/** The values as `config show` and `config presets` tell them: without secrets, with their sources. */

import { type Source, sourceWords } from './given.ts';
import type { Configuration } from './load.ts';
import { type PresetName, presets, presetVariables } from './presets.ts';
import { rowOf, type VariableName, variableNames } from './schema.ts';
import { shown } from './secrets.ts';

export interface DescribedValue {
  readonly variable: VariableName;
  /** As written, secrets redacted; undefined when nothing sets it or nobody reads it. */
  readonly value: string | undefined;
  readonly unit: string | undefined;
  readonly source: Source | { readonly kind: 'none' };
  readonly readBy: readonly string[];
  readonly about: string;
}

/** Every variable that is read, and those among the others that somebody has set. */
export const describeValues = ({ given }: Configuration): DescribedValue[] =>
  variableNames.flatMap((variable) => {
    const entry = given[variable];
    const { usedBy: readBy, about, form } = rowOf(variable);
    if (readBy.length === 0 && !entry) return [];
    // Of what is ignored nobody knows the form, so nobody knows what may be shown.
    const value = entry && readBy.length > 0 ? shown(variable, entry.text) : undefined;
    const source = entry?.source ?? ({ kind: 'none' } as const);
    return [{ variable, value, unit: form.unit, source, readBy, about }];
  });

/** `300 s`, `-` where nothing is set. */
export function valueWords(value: string | undefined, unit: string | undefined): string {
  if (value === undefined) return '-';
  return unit !== undefined && /^[\d.]+$/.test(value) ? `${value} ${unit}` : value;
}

export const describedSource = ({ source }: DescribedValue): string =>
  source.kind === 'none' ? '' : sourceWords(source);

export interface PresetRow {
  readonly variable: VariableName;
  readonly unit: string | undefined;
  readonly current: { readonly value: string | undefined; readonly source: string };
  readonly presets: Readonly<
    Record<PresetName, { readonly value: string | undefined; readonly differs: boolean }>
  >;
}

/** What each preset would make of the variables that any of them sets. */
export function comparePresets(configuration: Configuration): PresetRow[] {
  const { given } = configuration;
  return presetVariables.map((variable) => {
    const { form, fallback } = rowOf(variable);
    const entry = given[variable];
    const current = entry?.text;
    const under = (name: PresetName) => {
      const value = presets[name][variable] ?? fallback;
      return { value, differs: value !== current };
    };
    return {
      variable,
      unit: form.unit,
      current: { value: current, source: entry ? sourceWords(entry.source) : '' },
      presets: {
        high_reliability: under('high_reliability'),
        high_performance: under('high_performance'),
        cost_optimized: under('cost_optimized'),
      },
    };
  });
}
