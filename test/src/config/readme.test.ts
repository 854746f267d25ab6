import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rowOf, type VariableName, variableNames } from '../../../src/config/schema.ts';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const used = variableNames.filter((name) => rowOf(name).usedBy.length > 0);

function tableRow(name: VariableName): string {
  const { form, fallback, fallbackWords, about } = rowOf(name);
  const unit = form.unit === undefined ? '' : ` ${form.unit}`;
  const byDefault = fallbackWords ?? fallback ?? 'none';
  return `| ${name} | ${form.expects}${unit} | ${byDefault} | ${about} |`;
}

describe('the README', () => {
  it('has the table of variables, row by row as the schema says it', () => {
    const rows = readme.split('\n').filter((line) => /^\| [A-Z_]{6,} \|/.test(line));
    expect(rows).toEqual(used.map(tableRow));
  });

  it('names every variable that is known and ignored', () => {
    const [, section = ''] = readme.split('Known and ignored');
    for (const name of variableNames) if (!used.includes(name)) expect(section).toContain(name);
  });
});
