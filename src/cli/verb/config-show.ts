import { describedSource, describeValues, valueWords } from '../../config/describe.ts';
import { exit } from '../exit.ts';
import { problemLines } from '../problem-lines.ts';
import { table } from '../table.ts';
import type { ConfigRun } from '../verb.ts';

export const runOnConfiguration: ConfigRun = async ({ configuration }) => {
  const { profile, leftOut, problems, warnings } = configuration;
  const values = describeValues(configuration);
  return {
    exit: problems.length > 0 ? exit.wrongUse : exit.done,
    result: { profile, values, leftOut, problems, warnings },
    text: () => [
      ...table([
        ['VARIABLE', 'VALUE', 'SOURCE', 'READ BY'],
        ...values.map((row) => [
          row.variable,
          row.readBy.length === 0 ? 'ignored' : valueWords(row.value, row.unit),
          describedSource(row),
          row.readBy.length === 0 ? `nobody yet: ${row.about}` : row.readBy.join(', '),
        ]),
      ]),
      ...leftOut.map((name) => `${name} of the environment is put aside by --prefer profile`),
      ...problemLines(configuration),
    ],
  };
};
