import { settingsIn } from '../../config/load.ts';
import type { Check } from '../../preflight/preflight.ts';
import { exit } from '../exit.ts';
import { problemLines } from '../problem-lines.ts';
import { table } from '../table.ts';
import type { ConfigRun } from '../verb.ts';

export const runOnConfiguration: ConfigRun = async ({ configuration, openWorld, signal }) => {
  const { problems, warnings } = configuration;
  if (problems.length > 0) {
    return {
      exit: exit.wrongUse,
      result: { problems, warnings, checks: [] },
      text: () => [
        ...problemLines(configuration).slice(1),
        '',
        `Nothing was probed: ${countOf(problems.length, 'error')} to correct first`,
      ],
    };
  }
  const checks = await openWorld().preflight(signal);
  const findings = warnings.length + checks.filter(({ kind }) => kind !== 'ok').length;
  const { environment } = settingsIn(configuration);
  return {
    exit: findings > 0 ? exit.failed : exit.done,
    result: { problems, warnings, checks },
    text: () => [
      ...table(checks.map(({ kind, subject, name, found }) => [words[kind], subject, name, found])),
      ...checks.flatMap(({ subject, name, next }) =>
        next === undefined ? [] : [`${subject}, ${name}: ${next}`],
      ),
      ...problemLines({ problems, warnings }),
      '',
      `${environment}: ${findings === 0 ? 'all is well' : countOf(findings, 'finding')}`,
    ],
  };
};

const words: Readonly<Record<Check['kind'], string>> = {
  ok: 'ok',
  warning: 'WARNING',
  problem: 'PROBLEM',
  unknown: 'UNKNOWN',
};

const countOf = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
